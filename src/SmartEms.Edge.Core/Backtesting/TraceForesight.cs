using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What the forecaster knew at each step of a trace: it is told every step once it is over. Its outlooks depend on no price and no controller and are kept, so that
/// several of them can use them.</summary>
/// <param name="trace">What happened; its prices are not looked at.</param>
/// <param name="hours">How far it looks.</param>
public sealed class TraceLooks(BacktestTrace trace, int hours)
{
    private readonly Outlook?[] kept = new Outlook?[trace.Steps];
    private int last = -1;
    private Past past = Past.Empty(trace.StepMinutes, trace.ClockAt(0));
    private int told;

    /// <summary>Only the last outlook is kept, for controllers that go side by side: a year of quarter-hours would take a gigabyte.</summary>
    public bool ForgetsAll { get; init; }

    /// <summary>Steps are asked in order the first time, and at will afterwards: <see cref="ArgumentOutOfRangeException"/> for one that was passed over.</summary>
    public Outlook Look(int step)
    {
        if (kept[step] is { } known)
            return known;
        ArgumentOutOfRangeException.ThrowIfLessThan(step, told);
        for (; told < step; told++)
        {
            var isFilled = !trace.Filled.IsEmpty && trace.Filled[told];
            past = past.On(trace.ClockAt(told)).After(trace.StartOf(told), isFilled ? double.NaN : trace.Load[told], isFilled ? double.NaN : trace.Pv[told]);
        }
        past = past.On(trace.ClockAt(step));
        if (ForgetsAll && last >= 0)
            kept[last] = null;
        last = step;
        return kept[step] = Forecaster.Look(past, trace.StartOf(step), Steps(step));
    }

    public int Steps(int step) => Math.Min(hours * 60 / trace.StepMinutes, trace.Steps - step);
}

/// <summary>Forecasts and prices as they were known along a trace; carbon is measured afterwards, so that all of it is guessed.</summary>
/// <param name="trace">What happened.</param>
/// <param name="looks">Of a trace with the same load and production.</param>
public sealed class TraceForesight(BacktestTrace trace, TraceLooks looks) : IForesight
{
    public Outlook Look(int step) => looks.Look(step);

    public PriceOutlook Prices(int step)
    {
        var (start, steps, prices) = (trace.StartOf(step), looks.Steps(step), trace.Prices);
        var published = new PublishedPrices(trace.Start, trace.StepMinutes, prices.Import, prices.Export, [], trace.StartOf(prices.KnownUntil[step]));
        var outlook = PriceForecast.Look(published, start, steps, trace.StepMinutes);
        if (prices.Carbon.IsEmpty)
            return outlook;
        var carbon = new PublishedPrices(trace.Start, trace.StepMinutes, prices.Carbon, prices.Carbon, [], start);
        return outlook with { Carbon = PriceForecast.Look(carbon, start, steps, trace.StepMinutes).Import };
    }
}
