using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What the forecaster knew at each step of a trace: it is told every step once it is over, and never asked about an earlier one.</summary>
/// <param name="trace">What happened.</param>
/// <param name="hours">How far it looks.</param>
public sealed class TraceForesight(BacktestTrace trace, int hours) : IForesight
{
    private Past past = Past.Empty(trace.StepMinutes, trace.ClockAt(0));
    private int told;
    private (int Step, Outlook? Outlook) last = (-1, null);

    /// <summary>Steps must not go back: <see cref="ArgumentOutOfRangeException"/>.</summary>
    public Outlook Look(int step)
    {
        if (last is { Outlook: { } known } && last.Step == step)
            return known;
        ArgumentOutOfRangeException.ThrowIfLessThan(step, told);
        for (; told < step; told++)
        {
            var isFilled = !trace.Filled.IsEmpty && trace.Filled[told];
            past = past.On(trace.ClockAt(told)).After(trace.StartOf(told), isFilled ? double.NaN : trace.Load[told], isFilled ? double.NaN : trace.Pv[told]);
        }
        past = past.On(trace.ClockAt(step));
        var outlook = Forecaster.Look(past, trace.StartOf(step), StepsFrom(step));
        last = (step, outlook);
        return outlook;
    }

    public PriceOutlook Prices(int step)
    {
        var until = trace.Prices.KnownUntil[step];
        var published = new PublishedPrices(trace.Start, trace.StepMinutes, trace.Prices.Import, trace.Prices.Export, trace.Prices.Carbon, trace.StartOf(until));
        return PriceForecast.Look(published, trace.StartOf(step), StepsFrom(step), trace.StepMinutes);
    }

    private int StepsFrom(int step) => Math.Min(hours * 60 / trace.StepMinutes, trace.Steps - step);
}
