using System.Globalization;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Training;

namespace SmartEms.Edge.Tuning;

/// <summary>Fits the policy in force to what a site has lived through.</summary>
internal static class SiteTuning
{
    /// <summary>Older quarter-hours are not learnt from: households change.</summary>
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(366);

    /// <summary>With more hours missing, what was filled in would be learnt as if it had been so.</summary>
    private const double MostMissing = 0.1;

    /// <summary>What was fitted, and the trace it was fitted to. <see cref="Refusal"/> where there is nothing to fit, or too little to learn from.</summary>
    public static (Core.Training.Tuning Tuning, BacktestTrace Trace) Of(Site site, IStore store, PolicyFile from, Instant now)
    {
        if (!site.IsPlanned || site.Batteries.IsEmpty)
            throw new Refusal(Exit.Failed, "nothing_to_fit", "this site has no battery, or one price holds at all times: the plain rule is the best there is", "");
        if (site.Tariff.Demand is not null || site.Weights.CarbonPrice > 0)
            throw new Refusal(Exit.Failed, "not_fitted", "the tariff prices peaks or carbon, which fitting does not weigh yet", "the policy that was built in goes on");
        var (lived, plan) = (LivedTrace.From(store, now + -LooksBack, now), new TuningPlan());
        var trace = lived.Hourly(site.Tariff);
        if (trace is null || trace.Steps / 24 < plan.LeastDays)
            throw new Refusal(Exit.Failed, "too_young", string.Create(CultureInfo.InvariantCulture, $"{(trace?.Steps ?? 0) / 24} whole days are recorded, {plan.LeastDays} are needed{Damaged(lived)}"), "try again once there are");
        if (lived.Missing > MostMissing)
            throw new Refusal(Exit.Failed, "too_many_gaps", string.Create(CultureInfo.InvariantCulture, $"{100 * lived.Missing:0.#} % of the hours were not measured, at most {100 * MostMissing:0} % may be missing{Damaged(lived)}"), "smartems devices shows what does not answer");
        return (Tuner.Run(trace, StorageOf(site), from, plan), trace);
    }

    /// <summary>As the contest sees it: wear counts as much as the site lets it.</summary>
    private static Storage StorageOf(Site site)
    {
        var storage = PlanRequest.StorageOf(site);
        return storage with { WearPerKwh = storage.WearPerKwh * site.Weights.Wear };
    }

    private static string Damaged(LivedTrace lived) => lived.Unreadable == 0 ? "" : $"; {lived.Unreadable} records could not be read";
}
