using System.Text;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>How a box of a test differs from the plainest.</summary>
internal sealed record LiveBoxWith
{
    /// <summary>What it knows at the moment; null = nothing, and it says nothing of now.</summary>
    public Snapshot? Latest { get; init; }

    /// <summary>What carries its messages; null = a session of this process.</summary>
    public Func<UplinkSettings, IUplink>? Over { get; init; }

    /// <summary>See <see cref="UplinkerParts.Heard"/>.</summary>
    public Func<byte[], byte[]?> Heard { get; init; } = message => message;

    /// <summary>Its own clock runs so many times too fast: what it waits for by itself is tried again the sooner.</summary>
    public int Haste { get; init; } = 1;

    /// <summary>What it has lived through before its link begins.</summary>
    public Action<LiveBox>? Before { get; init; }
}

/// <summary>A box's ledger and its link over a real wire, living in real time on its own thread.</summary>
internal sealed class LiveBox : IAsyncDisposable
{
    private readonly Recorder recorder;

    public LiveBox(BrokerAddress broker, string name = "box-1", LiveBoxWith? differing = null)
    {
        var with = differing ?? new();
        var link = new CloudLink("acme", name, [broker]) { ReconnectSpread = TimeSpan.FromMilliseconds(300), TelemetryEvery = TimeSpan.FromSeconds(1) };
        recorder = new(Store, TimeProvider.System);
        var site = Given.Site() with { Cloud = link };
        Topics = UplinkTopics.Of(link, site.Id);
        var settings = UplinkSettings.Of(link, Topics.ClientId) with { Filters = [Topics.Commands, Topics.Acknowledge], Rest = TimeSpan.Zero, LongestWait = TimeSpan.FromSeconds(1), Will = new UplinkMessage(Topics.State, NowText.Offline) { Retain = true } };
        var uplink = with.Over?.Invoke(settings) ?? new MqttUplink(settings, TimeProvider.System, Random.Shared.NextDouble);
        Uplinker = new(new(link, site, uplink, recorder, new SiteClock(new FastTime(with.Haste)), Log.Silent) { Latest = () => with.Latest, Program = "test", Heard = with.Heard, Command = asked => new UplinkMessage(asked.ResponseTopic, CommandResult.Refused) { Correlation = asked.Correlation } });
        with.Before?.Invoke(this);
        Uplinker.Start();
    }

    public MemoryStore Store { get; } = new();
    public UplinkTopics Topics { get; }
    public Uplinker Uplinker { get; }

    public long Sendable => Store.After(0, int.MaxValue).Count(entry => LedgerText.TopicOf(entry.Kind) is not null);

    public void Note() => Store.Append(LedgerKind.Note, Instant.From(TimeProvider.System.GetUtcNow()), Encoding.UTF8.GetBytes("something happened"));

    public void Slots(long first, int count)
    {
        for (var slot = first; slot < first + count; slot++)
        {
            Store.Append(LedgerKind.Receipt, new Slot(slot).Start, [1]);
            Store.Append(LedgerKind.Note, new Slot(slot).Start, Encoding.UTF8.GetBytes("something happened"));
            Store.Append(LedgerKind.Summary, new Slot(slot).End, new SlotSummary(new(slot), new(slot % 1000, 0, 1, 2, 3, 4) { Seconds = 900 }, 50).ToBytes());
        }
    }

    public async ValueTask DisposeAsync()
    {
        Uplinker.Dispose();
        await recorder.DisposeAsync();
    }
}
