using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>The forecasts the product would have made along a trace, each from nothing but what lay before it. They are kept, so that several tariffs and controllers can use them.</summary>
/// <param name="trace">Its prices are not looked at.</param>
/// <param name="clock">Local time of the trace.</param>
/// <param name="steps">How far each goes.</param>
public sealed class TraceLooks(BacktestTrace trace, LocalClock clock, int steps)
{
    private readonly Outlook?[] _kept = new Outlook?[trace.Steps];
    private Past _past = Past.Empty(trace.StepMinutes, clock);
    private int _next;

    /// <summary>Steps are asked in order the first time, and at will afterwards; <see cref="ArgumentOutOfRangeException"/> for one that was passed over.</summary>
    public Outlook Look(int step)
    {
        if (_kept[step] is { } known)
            return known;
        ArgumentOutOfRangeException.ThrowIfLessThan(step, _next);
        for (; _next < step; _next++)
            _past = _past.After(At(_next), trace.Load[_next], trace.Pv[_next]);
        return _kept[step] = Forecaster.Look(_past, At(step), Math.Min(steps, trace.Steps - step));
    }

    private Instant At(int step) => trace.Start + TimeSpan.FromMinutes((double)step * trace.StepMinutes);
}

/// <summary>Forecasts and prices as they were known along a trace.</summary>
public sealed class TraceForesight(BacktestTrace trace, TraceLooks looks) : IForesight
{
    public Outlook Look(int step) => looks.Look(step);

    public PriceOutlook Prices(int step)
    {
        var (prices, known, perDay) = (trace.Prices, trace.Prices.KnownUntil[step], 24 * 60 / trace.StepMinutes);
        var steps = looks.Look(step).Steps;
        ImmutableArray<double> Of(ImmutableArray<double> series) => PriceTail.Of(series.AsSpan(0, Math.Min(known, series.Length)), step, steps, perDay);
        // Of carbon nothing is published: what was measured up to now goes on as it did at this time of day.
        var carbon = prices.Carbon.IsEmpty ? [] : PriceTail.Of(prices.Carbon.AsSpan(0, step), step, steps, perDay);
        return new(Of(prices.Import), Of(prices.Export), Math.Min(steps, known - step), carbon);
    }
}
