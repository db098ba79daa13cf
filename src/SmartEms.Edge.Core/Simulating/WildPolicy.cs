using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>A policy gone mad: random modes, modes that do not exist, too few, none, and failures.</summary>
public sealed class WildPolicy(ulong seed) : IPolicy
{
    private SeededRandom dice = new(seed);

    public string Name => "wild";

    public Proposal? Propose(Observation observation)
    {
        var mood = dice.NextDouble();
        if (mood < 0.05)
            throw new InvalidOperationException("NaN");
        if (mood < 0.1)
            return null;
        var (batteries, chargers) = (observation.Site.Batteries.Length, observation.Site.EvChargers.Length);
        if (mood < 0.15)
            batteries++;
        var most = mood < 0.25 ? 255 : 7;
        var modes = new BatteryMode[batteries];
        for (var i = 0; i < modes.Length; i++)
            modes[i] = (BatteryMode)(byte)(dice.NextBits() % (ulong)most);
        var cars = new EvMode[chargers];
        for (var i = 0; i < cars.Length; i++)
            cars[i] = (EvMode)(byte)(dice.NextBits() % (mood < 0.25 ? 255UL : 5UL));
        return new([.. modes], [.. cars]);
    }
}
