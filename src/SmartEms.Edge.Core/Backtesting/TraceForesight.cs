using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>What the forecaster knew at each step of a trace: it is told every step once it is over, and never asked about an earlier one. Prices not yet published are
/// the mean of the same time of day over the last seven days.</summary>
/// <param name="trace">What happened.</param>
/// <param name="hours">How far it looks.</param>
public sealed class TraceForesight(BacktestTrace trace, int hours) : IForesight
{
    private const int DaysOfPrices = 7;

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
        var outlook = Forecaster.Look(past, trace.StartOf(step), Math.Min(hours * 60 / trace.StepMinutes, trace.Steps - step));
        last = (step, outlook);
        return outlook;
    }

    public PriceOutlook Prices(int step)
    {
        var steps = Math.Min(hours * 60 / trace.StepMinutes, trace.Steps - step);
        var known = Math.Min(steps, trace.Prices.KnownUntil[step] - step);
        return new(Row(trace.Prices.Import, step, steps, known), Row(trace.Prices.Export, step, steps, known), known,
            trace.Prices.Carbon.IsEmpty ? [] : ImmutableArray.Create(trace.Prices.Carbon, step, steps));
    }

    private ImmutableArray<double> Row(ImmutableArray<double> prices, int step, int steps, int known)
    {
        var row = new double[steps];
        prices.AsSpan(step, known).CopyTo(row);
        var perDay = 24 * 60 / trace.StepMinutes;
        for (var i = known; i < steps; i++)
        {
            var (sum, count) = (0.0, 0);
            // The same time of the last days whose prices are out.
            for (var t = step + i - perDay; t >= 0 && count < DaysOfPrices; t -= perDay)
                if (t < step + known)
                    (sum, count) = (sum + prices[t], count + 1);
            row[i] = count > 0 ? sum / count : prices[step];
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(row);
    }
}
