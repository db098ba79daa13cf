using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>Who asked for a constraint. The numbers stand in records.</summary>
public enum ConstraintSource : byte
{
    /// <summary>A dry contact of the network operator (§14a EnWG).</summary>
    Contact = 1,

    /// <summary>The ripple control receiver's relays.</summary>
    RippleReceiver = 2,

    /// <summary>A person at the box.</summary>
    Manual = 3,

    /// <summary>A signed command from the cloud.</summary>
    Cloud = 4,
}

/// <summary>Which flow a constraint bounds. The numbers stand in records.</summary>
public enum ConstraintDirection : byte
{
    /// <summary>Grid import of the whole site.</summary>
    Import = 1,

    /// <summary>Grid export of the whole site.</summary>
    Export = 2,

    /// <summary>What each steerable device (charger, charging battery) draws by itself.</summary>
    DeviceConsumption = 3,
}

/// <summary>One bound on the exchange with the grid, whoever set it. Constraints only tighten: of several in one direction the smallest holds.</summary>
/// <param name="Id">Unique among those in force; the journal and the receipts name it.</param>
/// <param name="Limit">W, never negative.</param>
public sealed record GridConstraint(string Id, ConstraintSource Source, ConstraintDirection Direction, Power Limit)
{
    /// <summary>From when it holds; null = at once.</summary>
    public Instant? Start { get; init; }

    /// <summary>The first moment it no longer holds; null = until it is taken back.</summary>
    public Instant? End { get; init; }

    /// <summary>Higher goes first where two of one limit compete to be named; it never relaxes a smaller limit.</summary>
    public int Priority { get; init; }

    /// <summary>False = commercial: kept like a hard one, but breaking it is no violation of the connection's limits.</summary>
    public bool IsHard { get; init; } = true;

    /// <summary>What holds instead while its source is silent or unreadable, W; never above what the connection allows.</summary>
    public Power Failsafe { get; init; } = Limit;

    /// <summary>What proves it: the contact's name, a command's number, a person and a reason.</summary>
    public string Evidence { get; init; } = "";

    public bool IsActive(Instant now) => (Start is not { } start || now >= start) && (End is not { } end || now < end);
}
