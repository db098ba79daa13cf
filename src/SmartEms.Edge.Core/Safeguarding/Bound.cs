using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>Every bound the envelope can be made of. Whoever is clipped is told which one it was.</summary>
public enum Bound : byte
{
    None = 0,

    /// <summary>Rated power of the device, from the site file.</summary>
    Rating,
    SocMin,
    SocMax,

    /// <summary>The BMS's own current limits (CCL, DCL).</summary>
    BmsCurrent,

    /// <summary>The BMS says no.</summary>
    BmsForbids,
    CellVoltage,
    Temperature,
    GridVoltage,
    GridFrequency,

    /// <summary>The fuse of one phase.</summary>
    PhaseCurrent,

    /// <summary>The connection's import limit at the PCC.</summary>
    ImportLimit,
    ExportLimit,

    /// <summary>A reading the bound needs is not Good: unknown means limited.</summary>
    UnknownReading,
    Ramp,

    /// <summary>Below the charger's minimum current there is only off (IEC 61851-1: 6 A).</summary>
    EvMinimum,

    /// <summary>The decision's lease ran out.</summary>
    Lease,

    /// <summary>The device does not do what it is told: it is not counted on.</summary>
    NotControllable,

    /// <summary>The emergency stop.</summary>
    EmergencyStop,

    /// <summary>The network operator's limit (§14a EnWG, ripple control), or the assumption that it holds.</summary>
    DsoLimit,

    /// <summary>A constraint set by a person or by the cloud.</summary>
    OrderedLimit,

    /// <summary>Energy kept for the case that the grid fails.</summary>
    BackupReserve,

    /// <summary>The grid is lost: what is not needed is shed.</summary>
    Island,

    /// <summary>The difference between the phases.</summary>
    PhaseUnbalance,

    /// <summary>Devices come back one kind after the other after a stop.</summary>
    Recovery,

    /// <summary>A charger rests before it may change its phases.</summary>
    PhaseSwitch,

    /// <summary>Somebody works at the site.</summary>
    Maintenance,

    /// <summary>A manual override.</summary>
    Override,

    /// <summary>The ripple control receiver limits feed-in (§9 EEG), or nobody can read it.</summary>
    RippleControl,
}

/// <summary>Who set a bound: printed with it, so that nobody has to guess whom to ask.</summary>
public static class BoundSources
{
    public static string Of(Bound bound) => bound switch
    {
        Bound.Rating or Bound.SocMin or Bound.SocMax or Bound.ImportLimit or Bound.ExportLimit or Bound.PhaseCurrent or Bound.Ramp => "site file",
        Bound.BmsCurrent or Bound.BmsForbids => "BMS",
        Bound.CellVoltage or Bound.Temperature => "site file, cell data sheet",
        Bound.GridVoltage or Bound.GridFrequency => "site file, grid code",
        Bound.EvMinimum => "IEC 61851-1",
        Bound.EmergencyStop => "contact of the site",
        Bound.DsoLimit or Bound.RippleControl => "network operator",
        Bound.UnknownReading or Bound.Lease or Bound.NotControllable => "fail-safe rule",
        Bound.OrderedLimit or Bound.Override or Bound.Maintenance => "order",
        Bound.BackupReserve or Bound.PhaseUnbalance or Bound.PhaseSwitch => "site file",
        Bound.Island => "grid lost",
        Bound.Recovery => "staged recovery",
        _ => "none",
    };
}

/// <summary>A power limit and the bound that set it.</summary>
public readonly record struct Limit(Power Value, Bound By);

/// <summary>What a component may do, in its own positive direction. Limits only narrow; the narrowest one is remembered.</summary>
public readonly record struct PowerRange(Limit Low, Limit High)
{
    public static PowerRange Of(Power low, Power high, Bound by) => new(new(low, by), new(high, by));

    /// <summary>High is at most <paramref name="value"/> from now on.</summary>
    public PowerRange AtMost(Power value, Bound by) => value < High.Value ? this with { High = new(value, by) } : this;

    /// <summary>Low is at least <paramref name="value"/> from now on.</summary>
    public PowerRange AtLeast(Power value, Bound by) => value > Low.Value ? this with { Low = new(value, by) } : this;

    /// <summary>Nothing at all is allowed.</summary>
    public PowerRange Nothing(Bound by) => AtMost(Power.Zero, by).AtLeast(Power.Zero, by);

    /// <summary>The nearest allowed value. Where a range is empty, the high side wins: less discharge, less production, less charging.</summary>
    public Power Clip(Power wanted) => Power.Min(Power.Max(wanted, Low.Value), High.Value);

    /// <summary>The nearest allowed value in whole watts; rounding never leaves the range. Where no whole watt lies inside, the high side wins as in <see cref="Clip"/>.</summary>
    public Power ClipToWhole(Power wanted)
    {
        var (whole, most) = (Clip(wanted).ToWholeWatts(), Power.FromWatts(Math.Floor(High.Value.Watts)));
        return Power.Min(whole < Low.Value ? Power.FromWatts(Math.Ceiling(Low.Value.Watts)) : whole, most);
    }

    /// <summary>The bound that stands in the way of a wanted value, or None.</summary>
    public Bound Against(Power wanted) => wanted > High.Value ? High.By : wanted < Low.Value ? Low.By : Bound.None;
}
