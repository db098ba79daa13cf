using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Backtesting;

/// <summary>A trace as it was read, lived through under every controller.</summary>
internal sealed class BacktestRun
{
    private const int WarmUpDays = 28;
    private const int LastDays = 2;

    /// <summary>What a kWh left in the battery is worth, against the mean import price: it comes out with losses, and not always at the best time.</summary>
    private const double StoredShare = 0.8;

    private readonly BacktestWishes wishes;
    private readonly LocalSteps local;

    public bool EvForetold => wishes.EvForetold;

    private BacktestRun(BacktestWishes wishes, SiteTrace measured)
    {
        this.wishes = wishes;
        local = new(measured, wishes.Zone);
        Measured = measured;
        var prices = wishes.Spot is { } spot ? PriceFile.Spot(spot, local, wishes.SpotFrom, wishes.Retail) : PriceFile.Contract(wishes.Import!, local);
        if (wishes.Carbon is { } carbon)
            prices = prices with { Carbon = [.. PriceFile.Carbon(carbon, local)] };
        var (sessions, leftOut) = wishes.Ev is { } ev ? SessionFile.Read(ev, local, wishes.EvUser, wishes.EvPower) : ([], 0);
        SessionsLeftOut = leftOut;
        Trace = new(measured.Start, (int)measured.Step.TotalMinutes, [.. measured.LoadWatts], [.. measured.PvWatts], prices)
        {
            Sessions = sessions,
            Filled = [.. measured.Filled],
            Clock = measured.IsUtc ? step => LocalClock.Of(measured.Start + (measured.Step * step), wishes.Zone) : null,
        };
        Scored = Score();
        var (first, end) = (Scored[0].From, Scored[^1].End);
        Span = new(first, end, wishes.StartSoc * wishes.Storage.CapacityWh);
        var mean = 0.0;
        for (var t = first; t < end; t++)
            mean += prices.Import[t] / (end - first);
        StoredPerKwh = StoredShare * wishes.Storage.DischargeEfficiency * mean;
    }

    public SiteTrace Measured { get; }
    public BacktestTrace Trace { get; }
    public BacktestSpan Span { get; }
    public LocalSteps Local => local;
    public int SessionsLeftOut { get; }

    /// <summary>The parts of the trace that count, in order.</summary>
    public ImmutableArray<(int From, int End)> Scored { get; }

    /// <summary>In the currency of the prices.</summary>
    public double StoredPerKwh { get; }

    public Storage Storage => wishes.Storage;

    public static BacktestRun Of(BacktestWishes wishes)
    {
        try
        {
            var read = SiteTrace.Read(File.ReadAllText(wishes.Trace));
            return new(wishes, read.Trace ?? throw new Refusal(Exit.ConfigurationInvalid, "trace_invalid", $"{wishes.Trace}: {string.Join("; ", read.Problems.Take(5))}",
                "the columns are local_time (or utc), load_w and pv_w with a uniform step of 5 to 60 minutes"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Exit.ConfigurationInvalid, "trace_missing", $"{wishes.Trace} cannot be read: {failure.Message}", "name a CSV file with --trace");
        }
    }

    /// <summary>The bill of what counts, with what a battery holds more or less at the end of each part.</summary>
    public double CostOf(BacktestResult result)
    {
        if (!wishes.TestWeeks)
            return result.Total(StoredPerKwh);
        var sum = 0.0;
        foreach (var (from, end) in Scored)
            sum += result.Part(from - Span.First, end - Span.First, StoredPerKwh);
        return sum;
    }

    private ImmutableArray<(int From, int End)> Score()
    {
        var (from, to) = (wishes.From is { } first ? (int)(first - local[0].Date).TotalDays : WarmUpDays, wishes.To is { } last ? (int)(last - local[0].Date).TotalDays : local.Days - 1 - LastDays);
        (from, to) = (Math.Max(from, 0), Math.Min(to, local.Days - 1));
        if (to < from)
            throw new Refusal(Exit.ConfigurationInvalid, "trace_short", $"the trace has {local.Days} days: {WarmUpDays} of them warm the forecasts up and the last {LastDays} are not scored, so that nothing is left",
                $"bring {WarmUpDays + LastDays + 1} days or more, or say which days count with --from and --to");
        var parts = ImmutableArray.CreateBuilder<(int, int)>();
        if (!wishes.TestWeeks)
            parts.Add((local.FirstOf(from), local.FirstOf(to + 1)));
        for (var week = 0; wishes.TestWeeks && week * 7 <= to; week++)
            if (week % 4 == 3 && Math.Max(week * 7, from) is var begin && Math.Min((week * 7) + 7, to + 1) is var end && begin < end)
                parts.Add((local.FirstOf(begin), local.FirstOf(end)));
        return parts.Count > 0 ? parts.DrainToImmutable()
            : throw new Refusal(Exit.ConfigurationInvalid, "no_test_week", $"no day from {from} to {to} of the trace lies in a test week, (day // 7) % 4 == 3", "bring a longer trace, or leave --test-weeks out");
    }
}
