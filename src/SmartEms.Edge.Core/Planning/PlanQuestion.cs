using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Planning;

/// <summary>Everything a plan is made from: what may come, what it costs, what can be moved, and how far.</summary>
/// <param name="Outlook">Load and production; its scenarios are taken to be equally likely.</param>
/// <param name="Prices">Of the same steps.</param>
/// <param name="Storage">The battery.</param>
/// <param name="EnergyWh">In the battery now, Wh.</param>
public sealed record PlanQuestion(Outlook Outlook, PriceOutlook Prices, Storage Storage, double EnergyWh)
{
    /// <summary>The car at the charger; null = none is there.</summary>
    public EvNeed? Ev { get; init; }

    public PlanWeights Weights { get; init; } = PlanWeights.Usual;

    /// <summary>What holds in each step; empty = nothing does.</summary>
    public ImmutableArray<StepTerms> Terms { get; init; } = [];

    /// <summary>What each kW of the highest import costs, in the site's currency; 0 = peaks are free.</summary>
    public double DemandPrice { get; init; }

    /// <summary>W: the highest import already paid for.</summary>
    public double PeakSoFar { get; init; }

    /// <summary>What a kWh in the battery is worth when the plan ends; null = a usual part of the mean import price.</summary>
    public double? TerminalPerKwh { get; init; }

    /// <summary>Grid of the state of charge, at least 2 points.</summary>
    public int SocPoints { get; init; } = 21;

    /// <summary>How far a scenario that has begun goes on, from one step to the next: 0 = each step draws anew, 1 = its first step tells the rest.</summary>
    public double Persistence { get; init; } = 0.7;

    /// <summary>Peaks cost, and something that may come or be done within the plan would make a higher one.</summary>
    public bool MayRaisePeak => DemandPrice > 0 && new StepCosts(this).HighestImport > PeakSoFar;

    public int Steps => Math.Min(Outlook.Steps, Prices.Import.Length);

    public StepTerms TermsAt(int step) => Terms.IsEmpty ? StepTerms.Free : Terms[Math.Min(step, Terms.Length - 1)];
}
