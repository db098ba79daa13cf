using System.Text;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Syncing;

/// <summary>Answers who asks for stored entries: piece by piece, oldest first, at the backlog's pace, and only where the tenant may read.</summary>
internal sealed class PullDesk(UplinkerParts parts, UplinkTopics topics)
{
    private const int MostWaiting = 4;
    private const int Piece = 32;

    /// <summary>A summary is written when its slot ends, and later when the box was busy or asleep.</summary>
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromHours(1);

    private readonly Queue<Pulled> waiting = [];

    /// <summary>One question and how far it is answered.</summary>
    private sealed class Pulled(UplinkPull asked, string to, byte[] correlation)
    {
        public UplinkPull Asked => asked;
        public string To => to;
        public byte[] Correlation => correlation;
        public long Through { get; set; } = asked.From - 1;
        public Instant Next { get; set; } = asked.IsBySlot ? new Slot(Math.Min(asked.From, long.MaxValue / Slot.Milliseconds / 2)).Start : default;
    }

    public bool IsBusy => waiting.Count > 0;

    public void Clear() => waiting.Clear();

    public void Ask(UplinkEvent one)
    {
        if (!topics.MayAnswerTo(one.ResponseTopic) || UplinkRequests.Pull(one.Payload) is not { } asked)
            return;
        if (waiting.Count < MostWaiting)
            waiting.Enqueue(new(asked, one.ResponseTopic, one.Correlation));
        else
            parts.Uplink.Publish(new(one.ResponseTopic, Encoding.UTF8.GetBytes($$"""{"v":{{LedgerText.Version}},"error":"busy"}""")) { Correlation = one.Correlation });
    }

    /// <summary>Sends the next piece of the first question, if it is the turn of the slower messages.</summary>
    public void Send(Outgoing outgoing)
    {
        if (!waiting.TryPeek(out var first) || !outgoing.TakesSlow)
            return;
        try
        {
            var piece = first.Asked.IsBySlot ? BySlot(first) : BySequence(first);
            var isLast = piece.Count < Piece;
            if (parts.Uplink.Publish(Postage.Of(first.To, LedgerText.Answer(piece, isLast, parts.Site)) with { Correlation = first.Correlation }) is null)
                return;
            if (isLast)
                waiting.Dequeue();
            else
                (first.Through, first.Next) = (piece[^1].Sequence, new(piece[^1].At.UnixMilliseconds + 1));
        }
        catch (IOException)
        {
            // the store is being opened anew; the same piece is tried again
        }
    }

    private List<LedgerEntry> BySequence(Pulled pulled)
    {
        var piece = new List<LedgerEntry>();
        var through = pulled.Through;
        while (piece.Count < Piece && through < pulled.Asked.To)
        {
            var page = parts.Recorder.Look(store => ((ILedger)store).After(through, Piece));
            if (page.Count == 0)
                break;
            foreach (var entry in page)
                if (piece.Count < Piece && entry.Sequence <= pulled.Asked.To && LedgerText.TopicOf(entry.Kind) is not null)
                    piece.Add(entry);
            through = page[^1].Sequence;
        }
        return piece;
    }

    private List<LedgerEntry> BySlot(Pulled pulled)
    {
        var end = new Slot(Math.Min(pulled.Asked.To, long.MaxValue / Slot.Milliseconds / 2)).End + WrittenWithin;
        return parts.Recorder.Look(store => store.Read(LedgerKind.Summary, pulled.Next, end).Where(entry => IsWithin(entry, pulled.Asked)).Take(Piece).ToList());
    }

    private static bool IsWithin(LedgerEntry entry, UplinkPull asked)
    {
        try
        {
            return SlotSummary.FromBytes(entry.Body).Slot.Index is var slot && slot >= asked.From && slot <= asked.To;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
