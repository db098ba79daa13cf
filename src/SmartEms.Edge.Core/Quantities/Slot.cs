namespace SmartEms.Edge.Core.Quantities;

/// <summary>A quarter-hour [start, end) on the UTC grid, numbered from 1970-01-01T00:00Z. Local days have 92, 96 or 100 of them; slots never notice.</summary>
public readonly record struct Slot(long Index) : IComparable<Slot>
{
    public const long Milliseconds = 15 * 60 * 1000;

    public static TimeSpan Length => TimeSpan.FromMinutes(15);

    /// <summary>The slot that holds a moment; floors also before 1970.</summary>
    public static Slot Of(Instant moment) => new(Math.DivRem(moment.UnixMilliseconds, Milliseconds, out var rest) - (rest < 0 ? 1 : 0));

    public Instant Start => new(Index * Milliseconds);
    public Instant End => new((Index + 1) * Milliseconds);
    public Slot Next => new(Index + 1);

    public int CompareTo(Slot other) => Index.CompareTo(other.Index);
    public override string ToString() => Start.ToString();

    public static bool operator <(Slot a, Slot b) => a.Index < b.Index;
    public static bool operator >(Slot a, Slot b) => a.Index > b.Index;
    public static bool operator <=(Slot a, Slot b) => a.Index <= b.Index;
    public static bool operator >=(Slot a, Slot b) => a.Index >= b.Index;
}
