using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>What a look at a written register says.</summary>
public enum ProofVerdict : byte
{
    /// <summary>It holds what was written.</summary>
    Holds,

    /// <summary>It never came to hold it.</summary>
    NotApplied,

    /// <summary>It held it, and has gone back to a value it had before.</summary>
    Reverted,

    /// <summary>It held it, and holds a value now that was never written from here.</summary>
    ForeignWriter,
}

/// <summary>The registers of one control that were written last, and whether they still hold it. One look that agrees is a read-back, two are a
/// confirmation; after that every further look watches over it. Times are monotonic milliseconds.</summary>
public sealed class RegisterProof
{
    private const int OwnKept = 8;

    private readonly Dictionary<int, History> histories = [];
    private readonly List<Expectation> expected = [];

    /// <summary>Every register has been seen once, and twice.</summary>
    public bool IsReadBack => Least >= 1;
    public bool IsConfirmed => Least >= 2;
    public bool IsEmpty => expected.Count == 0;
    public IReadOnlyList<Expectation> Expected => expected;

    private int Least
    {
        get
        {
            var least = int.MaxValue;
            foreach (var one in expected)
                least = Math.Min(least, one.Agreed);
            return expected.Count == 0 ? 0 : least;
        }
    }

    /// <summary>What a register held before anything was written to it; only the first time counts.</summary>
    public void Before(int readBack, double value) => HistoryOf(readBack).Before ??= value;

    /// <summary>The writes that count from now on, once they had time until <paramref name="readyMs"/> to settle.</summary>
    public void Written(IReadOnlyList<RegisterWrite> writes, long readyMs)
    {
        var before = expected.ToArray();
        expected.Clear();
        foreach (var write in writes)
        {
            if (write.ReadBack < 0)
                continue;
            HistoryOf(write.ReadBack).Wrote(write.Expected);
            var one = new Expectation(write, readyMs);
            foreach (var old in before)
                if (old.Write.Point == write.Point && old.Write.Words.AsSpan().SequenceEqual(write.Words.AsSpan()))
                    (one.Agreed, one.ReadMs) = (old.Agreed, old.ReadMs); // the same value once more proves no less than before
            expected.Add(one);
        }
    }

    /// <summary>What stands is kept alive: every register is to be looked at once more, from <paramref name="readyMs"/> on.</summary>
    public void LookAgain(long readyMs)
    {
        foreach (var one in expected)
            (one.ReadyMs, one.IsLookDue) = (readyMs, true);
    }

    /// <summary>Judges one reading; the same reading is judged once.</summary>
    /// <param name="one">Which register.</param>
    /// <param name="seen">What it holds, in its unit.</param>
    /// <param name="tolerance">How far off still counts as the same.</param>
    /// <param name="readMs">When it was read.</param>
    public ProofVerdict Look(Expectation one, double seen, double tolerance, long readMs)
    {
        if (readMs < one.ReadyMs || readMs <= one.ReadMs)
            return ProofVerdict.Holds;
        (one.ReadMs, one.IsLookDue) = (readMs, false);
        if (Math.Abs(seen - one.Write.Expected) <= tolerance)
        {
            one.Agreed++;
            return ProofVerdict.Holds;
        }
        var history = HistoryOf(one.Write.ReadBack);
        if (one.Agreed == 0)
            return history.IsForeign(seen, tolerance) ? ProofVerdict.ForeignWriter : ProofVerdict.NotApplied; // a stranger who is known may be faster than our first look
        if (history.Knows(seen, tolerance))
            return ProofVerdict.Reverted;
        history.Foreign = seen;
        return ProofVerdict.ForeignWriter;
    }

    /// <summary>True when exactly these bits were seen in the register of this write since they were written.</summary>
    public bool Holds(RegisterWrite write)
    {
        foreach (var one in expected)
            if (one.Write.Point == write.Point && one.Agreed > 0 && one.Write.Words.AsSpan().SequenceEqual(write.Words.AsSpan()))
                return true;
        return false;
    }

    public void Forget() => expected.Clear();

    private History HistoryOf(int readBack)
    {
        if (!histories.TryGetValue(readBack, out var history))
            histories[readBack] = history = new();
        return history;
    }

    /// <summary>One register that should hold what was written.</summary>
    public sealed class Expectation(RegisterWrite write, long readyMs)
    {
        public RegisterWrite Write => write;
        public long ReadyMs { get; internal set; } = readyMs;

        /// <summary>A look is wanted although the register was seen to hold its value before.</summary>
        public bool IsLookDue { get; internal set; }

        /// <summary>The reading that was judged last.</summary>
        public long ReadMs { get; internal set; } = -1;

        /// <summary>How many readings agreed.</summary>
        public int Agreed { get; internal set; }
    }

    private sealed class History
    {
        private readonly Queue<double> own = [];

        public double? Before { get; set; }

        /// <summary>What a stranger wrote last.</summary>
        public double? Foreign { get; set; }

        public bool IsForeign(double value, double tolerance) => Foreign is { } foreign && Math.Abs(foreign - value) <= tolerance && !Knows(value, tolerance);

        public void Wrote(double value)
        {
            if (own.Contains(value))
                return;
            own.Enqueue(value);
            if (own.Count > OwnKept)
                own.Dequeue();
        }

        public bool Knows(double value, double tolerance)
        {
            if (Before is { } before && Math.Abs(before - value) <= tolerance)
                return true;
            foreach (var one in own)
                if (Math.Abs(one - value) <= tolerance)
                    return true;
            return false;
        }
    }
}
