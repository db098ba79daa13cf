using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Backtesting;

/// <summary>Everybody who is compared in a backtest.</summary>
internal static class Contestants
{
    public static IReadOnlyList<IController> Of(BacktestRun run, IForesight foresight)
    {
        return
        [
            new NoControl(), new RuleControl(),
            new PriceRule(run.Trace, run.Storage, fillsUp: false), new PriceRule(run.Trace, run.Storage, fillsUp: true),
            new PlanControl(new(foresight, run.Storage) { IsCertain = true }), new PlanControl(new(foresight, run.Storage)),
        ];
    }
}
