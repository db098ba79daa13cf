using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Sensing.Contacts;

/// <summary>One contact of the site in a process image. What a role does not have stays Bad(NeverRead).</summary>
public sealed record ContactReadings
{
    /// <summary>Whether the contact says what its role stands for: stop, limit, step. Unknown is not false: ask with <see cref="Fallback.InForce"/>.</summary>
    public Reading<bool> Asserted { get; init; }

    /// <summary>Mean power since the last pulse but one, as its meter counts it; pulse meters only.</summary>
    public Reading<Power> Power { get; init; }

    /// <summary>Energy since counting began, as its meter counts it; pulse meters only, never falls.</summary>
    public Reading<Energy> Energy { get; init; }
}
