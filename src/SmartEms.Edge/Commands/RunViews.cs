using System.Text.Json;
using System.Text.Json.Serialization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Simulation;

namespace SmartEms.Edge.Commands;

/// <summary>Energy and money of a stretch of time.</summary>
internal sealed record EnergyView(
    double ImportWh, double ExportWh, double PvWh, double LoadWh, double EvWh, double BatteryChargedWh, double BatteryDischargedWh, double Cost, string Currency)
{
    public static EnergyView Of(Tally tally, Site site) => new(
        tally.ImportWh, tally.ExportWh, tally.PvWh, tally.LoadWh, tally.EvWh, tally.ChargedWh, tally.DischargedWh, tally.Cost, site.Tariff.Currency);
}

/// <summary>What simulate tells.</summary>
internal sealed record SimulationView(
    int Days, int Slots, long Steps, int StepS, double Seconds, double StepsPerS, EnergyView Energy, int Violations, int Unmeetable, double WorstS, string WorstBound, double ReactionS, string DecisionHash, string FollowHash)
{
    public static SimulationView Of(SimulationResult result, Site site, int step, double seconds) => new(
        result.Slots / 96, result.Slots, result.Steps, step, seconds, result.Steps / seconds, EnergyView.Of(result.Tally, site), result.Limits.Violations,
        result.Limits.Unmeetable, result.Limits.WorstSeconds, result.Limits.WorstBound.ToString(), LimitWatch.ReactionSeconds + step, result.Hashes.Decisions, result.Hashes.Follow);
}

/// <summary>What the demo tells when it ends.</summary>
internal sealed record DemoView(double SimulatedS, long FollowSteps, long Decisions, EnergyView Energy, int Violations, int Unmeetable, double WorstS, int Reversions, int Findings);

/// <summary>What replay tells: how many records were thought again, and which did not give the same bytes.</summary>
internal sealed record ReplayView(int Records, int Same, int Different, int Unreadable, IReadOnlyList<string> Notes);

/// <summary>How these are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SimulationView))]
[JsonSerializable(typeof(DemoView))]
[JsonSerializable(typeof(ReplayView))]
[JsonSerializable(typeof(LedgerView))]
[JsonSerializable(typeof(LedgerListView))]
[JsonSerializable(typeof(CaptureView))]
[JsonSerializable(typeof(ProfileView))]
[JsonSerializable(typeof(ProfileView[]))]
internal sealed partial class RunsJson : JsonSerializerContext
{
    public static RunsJson Wire => Default;
}

/// <summary>Energy in a few aligned lines.</summary>
internal static class Summaries
{
    public static void Tell(EnergyView energy, Screen screen)
    {
        screen.Out.WriteLine($"energy     PV {Kilo(energy.PvWh)}, load {Kilo(energy.LoadWh)}, EV {Kilo(energy.EvWh)}");
        screen.Out.WriteLine($"grid       import {Kilo(energy.ImportWh)}, export {Kilo(energy.ExportWh)}");
        screen.Out.WriteLine($"battery    charged {Kilo(energy.BatteryChargedWh)}, discharged {Kilo(energy.BatteryDischargedWh)}");
        screen.Out.WriteLine($"cost       {energy.Cost:0.00} {energy.Currency}");
    }

    private static string Kilo(double wattHours) => $"{wattHours / 1000:0.0} kWh";
}
