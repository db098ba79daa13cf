using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>Watches the contactors of simulated chargers, from the physics alone: none moves under current, before its rest is over, or too often while one car stays.</summary>
internal sealed class ContactorJudge(Site site)
{
    private readonly (int Switches, long LastMs, int Session, int InSession)[] seen = [.. site.EvChargers.Select(_ => (0, long.MinValue / 2, 0, 0))];

    /// <summary>How often contactors have moved, all chargers together.</summary>
    public int Switches { get; private set; }
    public int UnderCurrent { get; private set; }

    /// <summary>Moves before the rest was over, and beyond a session's count.</summary>
    public int TooSoon { get; private set; }
    public int TooMany { get; private set; }

    public bool IsClean => UnderCurrent == 0 && TooSoon == 0 && TooMany == 0;

    /// <summary>Looks after the devices have been told, before the world moves on.</summary>
    public void Look(SimulatedSite world, long nowMs)
    {
        (Switches, UnderCurrent) = (0, 0);
        for (var i = 0; i < seen.Length; i++)
        {
            var charger = world.EvChargers[i];
            Switches += charger.PhaseSwitches;
            UnderCurrent += charger.SwitchesUnderCurrent;
            if (charger.SessionsBegun != seen[i].Session)
                seen[i] = seen[i] with { Session = charger.SessionsBegun, InSession = 0 };
            if (charger.PhaseSwitches == seen[i].Switches)
                continue;
            var rules = site.EvChargers[i].Switching;
            if (rules is null || nowMs - seen[i].LastMs < rules.RestSeconds * 1000)
                TooSoon++;
            var count = seen[i].InSession + (charger.State == EvState.NoCar ? 0 : 1);
            if (rules is null || count > rules.SessionMax)
                TooMany++;
            seen[i] = seen[i] with { Switches = charger.PhaseSwitches, LastMs = nowMs, InSession = count };
        }
    }
}
