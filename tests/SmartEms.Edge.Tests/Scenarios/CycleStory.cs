using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>Thinks one cycle on the state a script has reached at its end and tells the decision with its numbered reasons.</summary>
internal static class CycleStory
{
    public static string Tell(Script script)
    {
        var (site, field) = (script.Site, new Field(script.Site));
        foreach (var row in script.Rows)
            field.Hear(row);
        var image = field.Sense(0);
        var thought = Cycle.Think(Slot.Of(image.TakenAt), image, site, Memory.Fresh(site), new Guest(script.Policy));
        var story = new StringBuilder($"{thought.Decision.Slot}, led by {thought.Decision.LedBy}\n");
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (mode, expected, allowed) = thought.Decision.Batteries[i];
            story.Append($"{site.Batteries[i].Name}: {mode}, expected {expected.Watts:0.###} W, allowed {allowed.Low.Value.Watts:0.#} … {allowed.High.Value.Watts:0.#} W\n");
        }
        for (var i = 0; i < site.EvChargers.Length; i++)
            story.Append($"{site.EvChargers[i].Name}: {thought.Decision.EvChargers[i].Mode}, expected {thought.Decision.EvChargers[i].ExpectedCharge.Watts:0.###} W\n");
        foreach (var reason in thought.Decision.Reasons)
            story.Append($"  {Reasons.Id(reason.Code)} {Reasons.Text(reason, site)}\n");
        foreach (var finding in thought.Findings)
            story.Append($"  ! {Catalogue.Id(finding.Code)} {Catalogue.What(finding, site)} → {Catalogue.NextStep(finding, site)}\n");
        return story.ToString();
    }

    /// <summary>A policy that does what its one word says: throw, stay silent, answer nonsense, or propose that battery mode.</summary>
    private sealed class Guest(string word) : IPolicy
    {
        public string Name => word == "nameless" ? throw new InvalidOperationException("no name today") : $"guest-{word}";

        public Proposal? Propose(Observation observation)
        {
            var (batteries, chargers) = (observation.Site.Batteries.Length, observation.Site.EvChargers.Length);
            return word switch
            {
                "throws" => throw new InvalidOperationException("a bad day"),
                "silent" or "rule" => null,
                "too-short" => new([], []),
                "default" => new(default, default),
                "undefined" => new([.. new BatteryMode[batteries].Select(_ => (BatteryMode)99)], [.. new EvMode[chargers]]),
                "undefined-ev" => new([.. new BatteryMode[batteries]], [.. new EvMode[chargers].Select(_ => (EvMode)77)]),
                "off" or "shadow" => new([.. new BatteryMode[batteries].Select(_ => BatteryMode.Idle)], [.. new EvMode[chargers]]),
                _ => new([.. new BatteryMode[batteries].Select(_ => Modes.Battery(word))], [.. new EvMode[chargers].Select(_ => EvMode.SurplusOnly)]),
            };
        }
    }
}
