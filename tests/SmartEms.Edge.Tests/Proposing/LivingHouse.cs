using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>One quarter-hour that was lived: what was decided, and what came of it.</summary>
internal sealed record LivedStep(CycleRecord Record, StepFlow Flow)
{
    public int MinuteOfDay => LocalClock.Utc.MinuteOfDay(Record.Slot.Start);
}

/// <summary>A house whose battery does what the Cycle decided, quarter-hour by quarter-hour, as the planner's own account has it.</summary>
internal sealed class LivingHouse(Site site, Slot begin)
{
    private readonly Storage cells = PlanRequest.StorageOf(site);
    private readonly List<LivedStep> lived = [];
    private Memory memory = Memory.Fresh(site);
    private double energy = 0.2 * PlanRequest.StorageOf(site).CapacityWh;

    /// <summary>W, of a minute of the day.</summary>
    public Func<int, double> Load { get; init; } = _ => 400;
    public Func<int, double> Pv { get; init; } = _ => 0;

    public Func<Slot, Foretold?> Foretold { get; init; } = _ => null;

    public Brain Brain => memory.Brain!;

    public IReadOnlyList<LivedStep> Live(int days)
    {
        for (var i = 0; i < days * 96; i++)
            Step(new(begin.Index + lived.Count));
        return lived;
    }

    private void Step(Slot slot)
    {
        var minute = LocalClock.Utc.MinuteOfDay(slot.Start);
        var before = lived.Count > 0 ? lived[^1] : null;
        var image = Given.Image(site, Load(minute) - Pv(minute)) with
        {
            TakenAt = slot.Start,
            Batteries = [Given.Cells(0, energy / cells.CapacityWh)],
            Outside = new(LocalClock.Utc)
            {
                Measured = before is null ? null : new StepMeans(Load(before.MinuteOfDay), Pv(before.MinuteOfDay)),
                Imported = before is null || site.Tariff.Demand is null ? null : before.Flow.Import,
                Foretold = Foretold(slot),
            },
        };
        var thought = Cycle.Think(slot, image, site, memory, FollowPlan.Plain);
        var record = new CycleRecord(slot, image, memory, thought.Decision, thought.Findings) { SiteHash = "", PolicyName = FollowPlan.Plain.Name, PolicyMode = PolicyMode.Act, Program = "test" };
        var reach = new Reach(cells, 0.25);
        var power = reach.Possible(energy, ModeFlow.Allowed(thought.Decision.Batteries[0].Mode, Load(minute) - Pv(minute), reach, StepTerms.Free));
        lived.Add(new(record, ModeFlow.Close(Load(minute) - Pv(minute), power, 0, 0, StepTerms.Free)));
        (energy, memory) = (reach.After(energy, power), thought.Memory);
    }
}
