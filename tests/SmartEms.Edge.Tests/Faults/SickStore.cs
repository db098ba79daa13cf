using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A store in front of another that fails or dawdles on command; disposing of it leaves the other as it is, as a file outlives its handle.</summary>
internal sealed class SickStore(IStore inner, SickStore.Orders orders) : IStore
{
    private bool isDisposed;
    private bool isBroken;

    /// <summary>What is wrong with the disk now; shared by every opening of the store.</summary>
    internal sealed class Orders
    {
        private int opened;

        /// <summary>Asked before each write: true fails it.</summary>
        public Func<bool> Fails { get; set; } = () => false;

        /// <summary>The failed write is stored all the same, as a commit whose last fsync failed may be.</summary>
        public Func<bool> StoresAllTheSame { get; set; } = () => false;

        /// <summary>Called before each write.</summary>
        public Action Dawdle { get; set; } = () => { };

        public int Opened => Volatile.Read(ref opened);

        public SickStore Open(IStore inner)
        {
            Interlocked.Increment(ref opened);
            return new(inner, this);
        }
    }

    public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body)
    {
        var copy = body.ToArray();
        return Write(() => inner.Append(kind, at, copy));
    }

    public long AppendAll(ReadOnlySpan<LedgerDraft> entries)
    {
        var copy = entries.ToArray();
        return Write(() => inner.AppendAll(copy));
    }

    public void Append(ReadOnlySpan<TelemetrySample> samples)
    {
        var copy = samples.ToArray();
        Write(() =>
        {
            inner.Append(copy);
            return 0;
        });
    }

    public void Rebase(ClockStep step) => Write(() =>
    {
        inner.Rebase(step);
        return 0;
    });

    public int PointNumber(string name, string unit) => Write(() => inner.PointNumber(name, unit));

    public LedgerEntry? Last(LedgerKind kind) => inner.Last(kind);

    public IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to) => inner.Read(kind, from, to);

    public void KeepText(string hash, string text) => inner.KeepText(hash, text);

    public string? Text(string hash) => inner.Text(hash);

    public void Dispose() => isDisposed = true;

    private T Write<T>(Func<T> write)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        orders.Dawdle();
        if (!isBroken && !orders.Fails())
            return write();
        if (!isBroken && orders.StoresAllTheSame())
            write();
        isBroken = true; // like a real one: after an fsync that failed the instance is of no more use
        throw new IOException("Input/output error");
    }
}
