using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Backtesting;

/// <summary>Everybody who is compared in a backtest.</summary>
internal static class Contestants
{
    public static IReadOnlyList<IController> Of(BacktestRun run)
    {
        var foresight = new TraceForesight(run.Trace, new(run.Trace, BacktestWishes.HorizonHours) { ForgetsAll = true });
        var cars = run.EvForetold ? new ForetoldCars(run.Trace) : null;
        var shelf = new PlanShelf(foresight, run.Storage) { Cars = cars };
        return
        [
            new NoControl(), new RuleControl(),
            new PriceRule(run.Trace, run.Storage, fillsUp: false), new PriceRule(run.Trace, run.Storage, fillsUp: true),
            new PlanControl(new(foresight, run.Storage) { IsCertain = true, Cars = cars }), new PlanControl(shelf), new PolicyControl(shelf, new NeuralPolicy(PolicySource.BuiltIn()), run.Trace.ClockAt),
        ];
    }
}
