using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What the forecaster knew at each step of a trace: it is told every step once it is over. Its outlooks depend on no price and no controller and are kept, so that
/// several of them can use them.</summary>
/// <param name="trace">What happened; its prices are not looked at.</param>
/// <param name="hours">How far it looks.</param>
public sealed class TraceLooks(BacktestTrace trace, int hours)
{
    private readonly Outlook?[] kept = new Outlook?[trace.Steps];
    private Past past = Past.Empty(trace.StepMinutes, trace.ClockAt(0));
    private int told;

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
        return kept[step] = Forecaster.Look(past, trace.StartOf(step), Steps(step));
    }

    public int Steps(int step) => Math.Min(hours * 60 / trace.StepMinutes, trace.Steps - step);
}

/// <summary>Forecasts and prices as they were known along a trace. Prices not yet published are the mean of the same time of day over the last seven days; so is all
/// carbon that has not been measured yet.</summary>
/// <param name="trace">What happened.</param>
/// <param name="looks">Of a trace with the same load and production.</param>
public sealed class TraceForesight(BacktestTrace trace, TraceLooks looks) : IForesight
{
    private const int DaysOfPrices = 7;

    public Outlook Look(int step) => looks.Look(step);

    public PriceOutlook Prices(int step)
    {
        var steps = looks.Steps(step);
        var known = Math.Min(steps, trace.Prices.KnownUntil[step] - step);
        return new(Row(trace.Prices.Import, step, steps, known), Row(trace.Prices.Export, step, steps, known), known,
            trace.Prices.Carbon.IsEmpty ? [] : Row(trace.Prices.Carbon, step, steps, 0));
    }

    private ImmutableArray<double> Row(ImmutableArray<double> series, int step, int steps, int known)
    {
        var row = new double[steps];
        series.AsSpan(step, known).CopyTo(row);
        var perDay = 24 * 60 / trace.StepMinutes;
        for (var i = known; i < steps; i++)
        {
            var (sum, count) = (0.0, 0);
            // The same time of the last days whose values are out.
            for (var t = step + i - perDay; t >= 0 && count < DaysOfPrices; t -= perDay)
                if (t < step + known)
                    (sum, count) = (sum + series[t], count + 1);
            row[i] = count > 0 ? sum / count : series[Math.Max(0, step + known - 1)];
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(row);
    }
}
