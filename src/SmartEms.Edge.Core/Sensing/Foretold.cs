using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>What somebody else foretells for the quarter-hours from <see cref="From"/> on, as it was handed in. A column is as long as it is told, empty where it is not told
/// at all; NaN = not told for that quarter-hour.</summary>
/// <param name="IssuedAt">When it was made.</param>
/// <param name="From">The quarter-hour of the first row.</param>
public sealed record Foretold(Instant IssuedAt, Slot From)
{
    /// <summary>So many columns there are, in the order they stand here.</summary>
    public const int ColumnCount = 8;

    /// <summary>W, mean of the quarter-hour, without batteries and chargers; the middle, and the value below which a tenth and nine tenths of all outcomes lie.</summary>
    public ImmutableArray<double> Load { get; init; } = [];
    public ImmutableArray<double> LoadP10 { get; init; } = [];
    public ImmutableArray<double> LoadP90 { get; init; } = [];

    /// <summary>W, what the sun would give, likewise.</summary>
    public ImmutableArray<double> Pv { get; init; } = [];
    public ImmutableArray<double> PvP10 { get; init; } = [];
    public ImmutableArray<double> PvP90 { get; init; } = [];

    /// <summary>kg CO₂ per kWh from the grid.</summary>
    public ImmutableArray<double> Carbon { get; init; } = [];

    /// <summary>What the market will ask, per kWh, where it has not published it.</summary>
    public ImmutableArray<double> Spot { get; init; } = [];

    public ImmutableArray<double> Column(int column) => column switch
    {
        0 => Load,
        1 => LoadP10,
        2 => LoadP90,
        3 => Pv,
        4 => PvP10,
        5 => PvP90,
        6 => Carbon,
        _ => Spot,
    };

    public static Foretold Of(Instant issued, Slot from, ReadOnlySpan<ImmutableArray<double>> columns) => new(issued, from)
    {
        Load = columns[0], LoadP10 = columns[1], LoadP90 = columns[2], Pv = columns[3], PvP10 = columns[4], PvP90 = columns[5], Carbon = columns[6], Spot = columns[7],
    };
}
