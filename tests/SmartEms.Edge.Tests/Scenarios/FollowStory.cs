using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Tests.Scenarios;

/// <summary>Plays a script second by second through Follow and tells what was asked of the devices; seconds that repeat the one before are counted, not told.</summary>
internal static class FollowStory
{
    public static string Tell(Script script)
    {
        var (site, field, memory) = (script.Site, new Field(script.Site), FollowMemory.Fresh(script.Site));
        var story = new StringBuilder();
        var (said, repeats) = ("", 0);
        for (var second = 0; second <= script.Until; second++)
        {
            foreach (var row in script.Rows)
                if (row.At == second)
                    field.Hear(row);
            var image = field.Sense(second);
            var age = field.Word("age", "60") is var word and not "none" ? TimeSpan.FromSeconds(int.Parse(word, CultureInfo.InvariantCulture)) : default;
            var decision = field.Word("age", "60") == "none" ? null : Decided(site, field);
            var step = Follow.Step(new(image, site, decision, age, 1), memory);
            var saying = Say(step, site, field.Import);
            if (saying == said)
                repeats++;
            else
                (_, repeats, said) = (Repeated(story, repeats).Append($"{second,4} s  ").Append(saying), 0, saying);
            memory = step.Memory;
            field.Obey(step.Setpoints);
        }
        return Repeated(story, repeats).ToString();
    }

    private static StringBuilder Repeated(StringBuilder story, int times) => times == 0 ? story : story.Append($"        … the same for {times} s more\n");

    private static string Say(Followed step, Site site, double import)
    {
        var line = new StringBuilder(import < 0 ? $"export {-import,6:0} W" : $"import {import,6:0} W");
        for (var i = 0; i < site.Batteries.Length; i++)
        {
            var (watts, by) = (step.Setpoints.Batteries[i].Discharge.Watts, step.Setpoints.Batteries[i].ClippedBy);
            line.Append($" | {site.Batteries[i].Name} {(watts > 0 ? $"discharges {watts:0.###} W" : watts < 0 ? $"charges {-watts:0.###} W" : "rests")}{By(by)}");
        }
        for (var i = 0; i < site.EvChargers.Length; i++)
            line.Append($" | {site.EvChargers[i].Name} {(step.Setpoints.EvChargers[i].Offer is { Amperes: > 0 } offer ? $"offers {offer.Amperes:0.##} A" : "off")}{(step.Setpoints.EvChargers[i].Phases is { } phases ? $", told {phases} phase{(phases == 1 ? "" : "s")}" : "")}{By(step.Setpoints.EvChargers[i].ClippedBy)}");
        for (var i = 0; i < site.PvPlants.Length; i++)
            line.Append($" | {site.PvPlants[i].Name} {(step.Setpoints.PvPlants[i].Limit is { } limit ? $"at most {limit.Watts:0.###} W" : "free")}{By(step.Setpoints.PvPlants[i].ClippedBy)}");
        line.Append('\n');
        foreach (var finding in step.Findings)
            line.Append($"        ! {Catalogue.Id(finding.Code)} {Catalogue.What(finding, site)}\n");
        return line.ToString();
    }

    private static string By(Bound bound) => bound == Bound.None ? "" : $" ({Reasons.Words(bound)})";

    private static Decision Decided(Site site, Field field) => new(
        new Slot(1_944_445),
        "scenario",
        [.. site.Batteries.Select((_, i) => new BatteryDecision(Modes.Battery(field.Word(i == 0 ? "mode" : $"mode{i + 1}", "self-consume")), default, default))],
        [.. site.EvChargers.Select((charger, i) => new EvDecision(field.Word(i == 0 ? "ev" : $"ev{i + 1}", "") is { Length: > 0 } mode ? Modes.Ev(mode) : charger.DefaultMode, default))],
        ImmutableArray<Reason>.Empty);
}
