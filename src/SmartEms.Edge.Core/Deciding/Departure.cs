using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>A departure that somebody told of: whatever plan, rule or tariff say, the car charges with all the connection allows once there is only just time enough.</summary>
public static class Departure
{
    /// <summary>Cars ramp, contactors move, other limits may bind: so much earlier than the arithmetic says.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <summary>Whether a car that is to have so much more must not wait any longer.</summary>
    /// <param name="missing">Wh.</param>
    /// <param name="watts">What it takes at full offer.</param>
    /// <param name="left">Until it leaves.</param>
    public static bool IsDue(double missing, double watts, TimeSpan left) => missing > 0 && left - Margin <= TimeSpan.FromHours(missing / watts);

    /// <summary>The mode to carry out beside a decided one. A car that has what it was to get takes at most surplus, and so does one that came to a planned charger after
    /// the decision, which was made for what earlier stays foretold: what was told is planned from the next quarter-hour on.</summary>
    public static EvMode Timely(Draft draft, int charger, EvMode decided)
    {
        var stay = draft.Memory.Chargers[charger].Stay;
        if (draft.Asked.Departure(charger) is not { } told || stay.IsContent)
            return decided;
        var missing = stay.Missing(told.Value);
        if (missing == 0)
            return decided > EvMode.SurplusOnly ? EvMode.SurplusOnly : decided;
        if (IsDue(missing, stay.Expected(draft.Site.EvChargers[charger].PowerMax(draft.Site.Pcc)), told.Until - draft.Image.TakenAt))
            return EvMode.Full;
        return CameAfter(draft, charger, stay) && decided > EvMode.SurplusOnly ? EvMode.SurplusOnly : decided;
    }

    private static bool CameAfter(Draft draft, int charger, CarStay stay) =>
        draft.Site.IsPlanned && draft.Site.EvChargers[charger].IsPlanned && stay.Seconds < draft.DecisionSeconds && Supervisor.Hears(draft.Image, draft.Site);
}
