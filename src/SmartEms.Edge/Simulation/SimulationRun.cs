using System.Security.Cryptography;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>What a simulation gave. One hash runs over the bytes of every decision and memory in order, the other over what every Follow step asked of the devices.</summary>
internal sealed record SimulationResult(int Slots, long Steps, (string Decisions, string Follow) Hashes, Tally Tally, LimitWatch Limits);

/// <summary>The product's own Cycle and Follow on a simulated site without a wire between them: the same code as on the box, years in seconds.</summary>
internal sealed class SimulationRun
{
    /// <summary>The devices' own timeouts here; Follow refreshes every step, so they only ever fire when a step is longer.</summary>
    private const double DeviceTimeoutSeconds = 120;

    private readonly Site site;
    private readonly SimulatedSite simulated;
    private readonly IPolicy policy;
    private readonly Tally tally;
    private readonly LimitWatch limits;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash followHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly WireWriter wire = new();
    private Memory memory;

    public SimulationRun(Site site, SimulatedSite simulated, IPolicy policy)
    {
        // Nothing is wired to a simulated machine, and a contact nobody can read would stop the site.
        site = site with { Contacts = [], Relays = [], Sensors = [] };
        (this.site, this.simulated, this.policy) = (site, simulated, policy);
        (tally, limits, memory) = (new(site), new(site), Memory.Fresh(site));
    }

    /// <summary>Called after every decision with its record, to store or print it; null = nobody wants it.</summary>
    public Action<CycleRecord>? OnCycle { get; init; }

    /// <summary>What was counted so far.</summary>
    public Tally Counted => tally;

    /// <param name="slots">How many quarter-hours.</param>
    /// <param name="stepSeconds">The Follow step; must divide 900 s.</param>
    public SimulationResult Run(int slots, int stepSeconds)
    {
        var perSlot = (int)(Slot.Length.TotalSeconds / stepSeconds);
        for (var slot = 0; slot < slots; slot++)
        {
            Decide();
            for (var step = 0; step < perSlot; step++)
                Move(TimeSpan.FromSeconds(step * stepSeconds), stepSeconds);
        }
        return new(slots, (long)slots * perSlot, (Convert.ToHexStringLower(hash.GetHashAndReset()), Convert.ToHexStringLower(followHash.GetHashAndReset())), tally, limits);
    }

    private void Decide()
    {
        var image = simulated.Image();
        var slot = Slot.Of(image.TakenAt);
        var thought = Cycle.Think(slot, image, site, memory, policy);
        if (OnCycle is { } tell)
            tell(new(slot, image, memory, thought.Decision, thought.Findings)
            {
                SiteHash = "",
                PolicyName = policy.Name,
                PolicyMode = site.Running.PolicyMode,
                Program = "simulation",
            });
        memory = thought.Memory;
        wire.Clear();
        DecisionWire.Write(wire, thought.Decision);
        MemoryWire.Write(wire, memory); // with what Follow made of the decision before: its last setpoints, and all it counts
        hash.AppendData(wire.Written);
    }

    private void Move(TimeSpan decisionAge, int stepSeconds)
    {
        var image = simulated.Image();
        tally.Add(image, stepSeconds);
        var step = Follow.Step(new(image, site, memory.LastDecision, decisionAge, stepSeconds), memory.Follow);
        limits.Look(image, stepSeconds, Unmet.In(step.Findings));
        memory = memory with { Follow = step.Memory };
        wire.Clear();
        SetpointsWire.Write(wire, step.Setpoints);
        followHash.AppendData(wire.Written);
        Command(step.Setpoints);
        simulated.Step(stepSeconds);
    }

    private void Command(Setpoints setpoints)
    {
        for (var i = 0; i < setpoints.Batteries.Length; i++)
            simulated.CommandBattery(i, setpoints.Batteries[i].Discharge.Watts, DeviceTimeoutSeconds);
        for (var i = 0; i < setpoints.EvChargers.Length; i++)
        {
            simulated.OfferEv(i, setpoints.EvChargers[i].Offer.Amperes, DeviceTimeoutSeconds);
            if (setpoints.EvChargers[i].Phases is { } phases)
                simulated.SwitchEv(i, phases);
        }
        for (var i = 0; i < setpoints.PvPlants.Length; i++)
            if (setpoints.PvPlants[i].Limit is { } limit)
                simulated.LimitPv(i, limit.Watts, DeviceTimeoutSeconds);
            else
                simulated.ReleasePv(i);
    }
}
