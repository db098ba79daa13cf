using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>What one device last said: the raw value of every point with the time it came off the wire, decoded when asked. Used by one thread at a
/// time. Times are monotonic milliseconds of the caller's clock.</summary>
public sealed class DeviceTable
{
    private const int DeepestDerivation = 8;

    private readonly Cell[] cells;

    /// <summary>Another power of ten, seen once: it moves every value it governs by ten, so it counts when it is seen twice.</summary>
    private readonly ulong?[] newPowers;
    private readonly int[] powers;
    private readonly int[] signs;
    private readonly int[] conditions;
    private readonly ImmutableArray<Addend>[] sums;
    private readonly int[] byMeasure = new int[Measures.Count];

    public DeviceTable(Located device)
    {
        Device = device;
        var points = device.Profile.Points;
        cells = new Cell[points.Length];
        newPowers = new ulong?[points.Length];
        powers = new int[points.Length];
        signs = new int[points.Length];
        conditions = new int[points.Length];
        sums = new ImmutableArray<Addend>[points.Length];
        Array.Fill(byMeasure, -1);
        for (var i = 0; i < points.Length; i++)
        {
            powers[i] = points[i].ScaleFactor is { } name ? device.Profile.IndexOf(name) : -1;
            signs[i] = points[i].SignFrom is { } signed ? device.Profile.IndexOf(signed) : -1;
            conditions[i] = points[i].OnlyWhen is { } condition ? device.Profile.IndexOf(condition.Point) : -1;
            sums[i] = [.. points[i].Terms.Select(term => new Addend(device.Profile.IndexOf(term.Point), term.Factor))];
            if (points[i].Measure != Measure.None)
                byMeasure[(int)points[i].Measure] = i;
        }
    }

    public Located Device { get; }

    /// <summary>The point a measure comes from, or −1.</summary>
    public int IndexOf(Measure measure) => byMeasure[(int)measure];

    /// <summary>Takes the registers of an answered block read.</summary>
    public void Store(ReadBlock block, ReadOnlySpan<ushort> words, long atMs)
    {
        foreach (var point in block.Points)
        {
            var span = Device.Places[point].Span;
            Store(point, words.Slice(span.Address - block.Span.Address, span.Count), atMs);
        }
    }

    /// <summary>Takes the registers of one point (a read-back).</summary>
    public void Store(int point, ReadOnlySpan<ushort> words, long atMs)
    {
        var definition = Device.Profile.Points[point];
        var before = cells[point];
        cells[point] = definition.Type == RegisterType.Text
            ? new(true, 0, Decoding.Text(definition, words), atMs, BadReason.None)
            : new(true, Decoding.Bits(definition, words), null, atMs, BadReason.None);
        if (definition.Type == RegisterType.SunSsf && IsOneOff(point, before))
            cells[point] = before with { AtMs = atMs };
        Reads++;
        if (Device.Profile.Clock?.Uses(point) == true)
            return; // a clock that goes does not tell that what is measured is alive
        if (!before.IsRead || before.Bits != cells[point].Bits || before.Text != cells[point].Text)
            (Changes, ReadsAtChange, ChangedMs) = (Changes + 1, Reads, atMs);
    }

    /// <summary>True when a usable scale factor differs from a usable one before it, and was not seen the last time either.</summary>
    private bool IsOneOff(int point, Cell before)
    {
        var (definition, now, was) = (Device.Profile.Points[point], cells[point].Bits, newPowers[point]);
        newPowers[point] = null;
        if (!before.IsRead || before.Bits == now || was == now || !Decoding.Number(definition, now).IsKnown || !Decoding.Number(definition, before.Bits).IsKnown)
            return false;
        newPowers[point] = now;
        return true;
    }

    /// <summary>Points taken off the wire so far, how many of them brought other bits than before, and when the last such one came.</summary>
    public long Reads { get; private set; }
    public long Changes { get; private set; }
    public long ReadsAtChange { get; private set; }
    public long ChangedMs { get; private set; }

    /// <summary>When a point last came off the wire; −1 = never.</summary>
    public long ReadAt(int point) => cells[point].IsRead ? cells[point].AtMs : -1;

    /// <summary>True when a point holds exactly these registers, read after <paramref name="sinceMs"/> and not yet old.</summary>
    public bool Shows(int point, ReadOnlySpan<ushort> words, long sinceMs, long nowMs)
    {
        var (definition, cell) = (Device.Profile.Points[point], cells[point]);
        return cell.IsRead && definition.Type != RegisterType.Text && cell.AtMs > sinceMs && nowMs - cell.AtMs <= definition.MaxAgeMs
            && words.Length == definition.Width && Decoding.Bits(definition, words) == cell.Bits;
    }

    /// <summary>A block read failed: points that never answered say why; points that did go on ageing.</summary>
    public void Fail(ReadBlock block, BadReason reason)
    {
        foreach (var point in block.Points)
            if (!cells[point].IsRead)
                cells[point] = cells[point] with { Reason = reason };
    }

    /// <summary>The point's value now: decoded, with the age since its wire read.</summary>
    public Sample Get(int point, long nowMs) => Get(point, nowMs, 0);

    /// <summary>The value of a measure now; Bad(NotInstalled) when the profile has none.</summary>
    public Sample Get(Measure measure, long nowMs) =>
        byMeasure[(int)measure] is >= 0 and var point ? Get(point, nowMs) : Sample.Bad(BadReason.NotInstalled);

    /// <summary>The power of ten that scales a point now; Good(0) where the point has no scale factor.</summary>
    public Sample PowerOf(int point, long nowMs)
    {
        if (Device.Profile.Points[point].ScaleFactor is null)
            return Sample.Good(0);
        return powers[point] >= 0 ? Get(powers[point], nowMs) : Sample.Bad(BadReason.NotInstalled);
    }

    /// <summary>The last text of a Text point, or null when unknown or empty.</summary>
    public string? Text(int point) => cells[point].Text;

    private Sample Get(int point, long nowMs, int depth)
    {
        var definition = Device.Profile.Points[point];
        if (definition.IsDerived)
            return depth < DeepestDerivation ? Sum(point, nowMs, depth) : Sample.Bad(BadReason.NotInstalled);
        if (!Device.Places[point].Installed || depth >= DeepestDerivation)
            return Sample.Bad(BadReason.NotInstalled);
        if (definition.OnlyWhen is { } condition && conditions[point] is >= 0 and var gate)
        {
            var state = Get(gate, nowMs, depth + 1);
            if (!state.IsKnown || state.Value != condition.Value)
                return Sample.Bad(state.IsKnown ? BadReason.NotAvailable : state.Quality.Reason);
        }
        var cell = cells[point];
        if (!cell.IsRead)
            return Sample.Bad(cell.Reason);
        var age = nowMs - cell.AtMs;
        var maxAge = definition.Priority == PointPriority.Once ? int.MaxValue : definition.MaxAgeMs; // what is read once holds while the device is the same
        if (definition.Type == RegisterType.Text)
            return (cell.Text is null ? Sample.Bad(BadReason.NotAvailable) : Sample.Good(0)).Aged(age, maxAge);
        var power = PowerOf(point, nowMs);
        var sample = Decoding.Number(definition, cell.Bits, power);
        if (power.Quality.Trust == Trust.Uncertain && sample.IsKnown)
            sample = sample with { Quality = power.Quality };
        if (newPowers[point] is not null && sample.IsKnown)
            sample = sample with { Quality = Quality.Uncertain(0) };
        return (signs[point] >= 0 ? Signed(definition, sample, Get(signs[point], nowMs, depth + 1)) : sample).Aged(age, maxAge);
    }

    private static Sample Signed(PointDefinition definition, Sample amount, Sample sign)
    {
        if (!amount.IsKnown || !sign.IsKnown)
            return amount.IsKnown ? sign : amount;
        var turned = Decoding.Plausible(definition, sign.Value < 0 ? -Math.Abs(amount.Value) : Math.Abs(amount.Value));
        return turned.IsKnown ? turned with { Quality = sign.Quality.Trust == Trust.Uncertain ? sign.Quality : amount.Quality } : turned;
    }

    /// <summary>Sum of the terms: the worst quality of any, the age of the oldest, and the derived point's own range and maximum age.</summary>
    private Sample Sum(int point, long nowMs, int depth)
    {
        var definition = Device.Profile.Points[point];
        var total = 0.0;
        var oldest = 0;
        var trust = Trust.Good;
        foreach (var addend in sums[point])
        {
            var term = addend.Point >= 0 ? Get(addend.Point, nowMs, depth + 1) : Sample.Bad(BadReason.NotInstalled);
            if (!term.IsKnown)
                return term;
            total += term.Value * addend.Factor;
            oldest = Math.Max(oldest, term.Quality.AgeMs);
            trust = (Trust)Math.Min((int)trust, (int)term.Quality.Trust);
        }
        var sum = Decoding.Plausible(definition, total);
        if (sum.IsKnown && trust == Trust.Uncertain)
            sum = sum with { Quality = Quality.Uncertain(oldest) };
        return sum.Aged(oldest, definition.MaxAgeMs);
    }

    private readonly record struct Addend(int Point, double Factor);

    private readonly record struct Cell(bool IsRead, ulong Bits, string? Text, long AtMs, BadReason Reason);
}
