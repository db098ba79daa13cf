using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>
/// What a site would consume and what its roof could produce, as mean watts per step over whole days; beyond its end it repeats.
/// Times are the site's own clock; the simulation lays them onto UTC by an origin.
/// </summary>
public sealed class SiteTrace
{
    private readonly double[] _loadWatts;
    private readonly double[] _pvWatts;

    internal SiteTrace(Instant start, TimeSpan step, double[] loadWatts, double[] pvWatts)
    {
        Start = start;
        Step = step;
        _loadWatts = loadWatts;
        _pvWatts = pvWatts;
        foreach (var watts in pvWatts)
            PvPeakWatts = Math.Max(PvPeakWatts, watts);
    }

    /// <summary>The local time of the first step, written as if it were UTC.</summary>
    public Instant Start { get; }

    /// <summary>5, 6, 10, 12, 15, 20, 30 or 60 minutes.</summary>
    public TimeSpan Step { get; }

    /// <summary>Steps in the trace, a whole number of days.</summary>
    public int Count => _loadWatts.Length;

    /// <summary>How long until the trace repeats.</summary>
    public TimeSpan Span => Step * Count;

    /// <summary>The source told UTC: <see cref="Start"/> is a true moment.</summary>
    public bool IsUtc { get; init; }

    /// <summary>For each step, whether the source did not hold it; empty where nobody asked.</summary>
    public IReadOnlyList<bool> Filled { get; init; } = [];

    /// <summary>Steps the source did not hold and that were filled in.</summary>
    public int StepsFilled { get; init; }

    /// <summary>Steps of an unfinished last day that were left out.</summary>
    public int StepsDropped { get; init; }

    /// <summary>The highest step of PV, in watts; a plant's rated power corresponds to it.</summary>
    public double PvPeakWatts { get; }

    /// <summary>Mean consumption per step, watts, without EV charging.</summary>
    public ReadOnlySpan<double> LoadWatts => _loadWatts;

    /// <summary>Mean available PV power per step, watts.</summary>
    public ReadOnlySpan<double> PvWatts => _pvWatts;

    /// <summary>Reads CSV text; every problem is thrown at once, each naming its line.</summary>
    public static SiteTrace Parse(string csv)
    {
        var (trace, problems) = Read(csv);
        return trace ?? throw new FormatException(string.Join('\n', problems));
    }

    /// <summary>Reads CSV text with the columns `local_time` (or `utc`), `load_w`, `pv_w` and a uniform step; rows that are missing are filled and counted.</summary>
    public static TraceReading Read(string csv) => new TraceReader().Read(csv);

    /// <summary>A made-up household of about 4.5 MWh a year with seasons, working days, weekends and weather; starts on a Monday, 1 January, in steps of 15 minutes.</summary>
    public static SiteTrace Generated(ulong seed, int days) => GeneratedTrace.Make(seed, days);

    /// <summary>
    /// The origin (moment of the first step) that suits a simulation starting at <paramref name="start"/>: not later than it, on the trace's
    /// own weekday, and for a trace of a year or more within three days of its own date, so that weekends and seasons agree.
    /// </summary>
    public Instant OriginFor(Instant start)
    {
        var first = Start.ToDateTimeOffset();
        var from = start.ToDateTimeOffset();
        var latest = from.Date + first.TimeOfDay <= from.DateTime ? from.Date : from.Date.AddDays(-1);
        var date = OnOrBefore(latest, first.DayOfWeek);
        if (Span >= TimeSpan.FromDays(360))
        {
            date = Anniversary(first, latest.Year);
            if (date > latest)
                date = Anniversary(first, latest.Year - 1);
        }

        return Instant.From(new DateTimeOffset(date + first.TimeOfDay, TimeSpan.Zero));
    }

    private static DateTime Anniversary(DateTimeOffset first, int year) =>
        OnOrBefore(new DateTime(year, first.Month, Math.Min(first.Day, 28)).AddDays(Math.Max(0, first.Day - 28) + 3), first.DayOfWeek);

    private static DateTime OnOrBefore(DateTime date, DayOfWeek day) => date.AddDays(-(((int)date.DayOfWeek - (int)day + 7) % 7));
}

/// <summary>A trace, or why there is none.</summary>
public readonly record struct TraceReading(SiteTrace? Trace, ImmutableArray<TraceProblem> Problems);

/// <summary>What is wrong with a line of a trace; lines count from 1.</summary>
public readonly record struct TraceProblem(int Line, string Text)
{
    public override string ToString() => $"line {Line}: {Text}";
}
