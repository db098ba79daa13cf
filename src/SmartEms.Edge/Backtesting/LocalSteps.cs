using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Backtesting;

/// <summary>Where the steps of a trace lie on local calendars: day views, publication of prices and test weeks count by them.</summary>
internal sealed class LocalSteps
{
    private readonly DateTime[] local;
    private readonly int[] days;

    /// <param name="trace">What was measured.</param>
    /// <param name="zone">Where, for a trace in UTC; one in local time needs none.</param>
    public LocalSteps(SiteTrace trace, TimeZoneInfo zone)
    {
        (local, days, Span) = (new DateTime[trace.Count], new int[trace.Count], trace.Step);
        Utc = trace.IsUtc ? new DateTime[trace.Count] : null;
        for (var i = 0; i < local.Length; i++)
        {
            var at = (trace.Start + (trace.Step * i)).ToDateTimeOffset();
            local[i] = trace.IsUtc ? TimeZoneInfo.ConvertTime(at, zone).DateTime : at.DateTime;
            if (Utc is not null)
                Utc[i] = at.UtcDateTime;
            days[i] = (int)(local[i].Date - local[0].Date).TotalDays;
        }
    }

    /// <summary>The true moment of each step; null where only local time is known.</summary>
    public DateTime[]? Utc { get; }

    /// <summary>Of one step.</summary>
    public TimeSpan Span { get; }

    public int Count => local.Length;
    public DateTime this[int step] => local[step];

    /// <summary>Whole or begun days from the first step on.</summary>
    public int Days => days[^1] + 1;

    /// <summary>Counted from the day of the first step.</summary>
    public int DayOf(int step) => days[step];

    /// <summary>The first step of that day or a later one; the count where there is none.</summary>
    public int FirstOf(int day)
    {
        var at = Array.BinarySearch(days, day);
        at = at < 0 ? ~at : at;
        while (at > 0 && days[at - 1] >= day)
            at--;
        return at;
    }

    /// <summary>For each step the first whose day-ahead price is not out: those of the next local day are from an hour of this one on.</summary>
    public int[] KnownUntil(int publishedHour)
    {
        var known = new int[Count];
        for (var i = 0; i < Count; i++)
            known[i] = FirstOf(days[i] + (local[i].Hour >= publishedHour ? 2 : 1));
        return known;
    }
}
