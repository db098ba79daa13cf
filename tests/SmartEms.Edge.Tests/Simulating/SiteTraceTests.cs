using System.Text;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SiteTraceTests
{
    [Fact]
    public void The_demo_home_is_a_whole_hourly_year()
    {
        var trace = SiteTrace.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "hw", "demo", "home.csv")));
        Assert.Equal(8760, trace.Count);
        Assert.Equal(TimeSpan.FromHours(1), trace.Step);
        Assert.Equal("2016-08-01T00:00:00Z", trace.Start.ToString());
        Assert.Equal(0, trace.StepsFilled + trace.StepsDropped);
        Assert.Equal(2275.8, trace.LoadWatts[0]);
        Assert.Equal(3905.0, trace.PvPeakWatts);
    }

    [Theory]
    [InlineData("time,load,pv", "line 1: the header must name local_time (or utc), load_w and pv_w, not 'time,load,pv'")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1", "line 2: a row has 3 cells (local_time,load_w,pv_w), not '2024-01-01T00:00,1'")]
    [InlineData("local_time,load_w,pv_w\n01.01.2024,1,2", "line 2: local_time '01.01.2024' is not of the form 2016-08-01T00:00")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n2024-01-01T00:00,1,2", "line 3: local_time 2024-01-01T00:00 does not come after the row before it (a local hour that comes twice needs a column utc instead)")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,a,NaN", "line 2: load_w 'a' is not a number\nline 2: pv_w 'NaN' is not a number")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,-200", "line 2: pv_w -200 must lie between 0 and 1e9 W")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n2024-01-01T02:00,1,2", "line 3: the step is 120 min; it must divide the hour and be 5 to 60 min")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n2024-01-01T01:00,1,2\n2024-01-01T02:30,1,2\n2024-01-03T02:30,1,2", "line 4: 90 min after the row before it, which is not a multiple of the step of 60 min")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n2024-01-01T01:00,1,2", "line 3: a trace needs at least one whole day of rows")]
    [InlineData("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n2024-01-01T01:00,1,2\n2924-01-01T01:00,1,2", "line 4: the trace spans more than a century; is a date wrong?")]
    public void A_problem_names_its_line(string csv, string expected)
    {
        Assert.Equal(expected, Assert.Throws<FormatException>(() => SiteTrace.Parse(csv)).Message);
        Assert.Null(SiteTrace.Read(csv).Trace);
    }

    /// <summary>Columns are found by their names; UTC is told with or without its Z; what a meter shows around nothing is nothing.</summary>
    [Fact]
    public void Columns_are_found_by_name_and_utc_is_taken()
    {
        var csv = new StringBuilder("pv_w,note,utc,load_w\n");
        for (var hour = 0; hour < 25; hour++)
            csv.Append($"{(hour == 3 ? -2 : hour)},x,2024-10-{27 + (hour / 24)}T{hour % 24:00}:00{(hour < 9 ? "Z" : "")},{100 + hour}\n");
        var trace = SiteTrace.Parse(csv.ToString());
        Assert.True(trace.IsUtc);
        Assert.Equal((105, 5, 0), (trace.LoadWatts[5], trace.PvWatts[5], trace.PvWatts[3]));
        Assert.Equal(24, trace.Filled.Count);
    }

    [Fact]
    public void A_row_without_a_time_is_one_step_after_the_row_before()
    {
        var told = new StringBuilder("local_time,load_w,pv_w\n");
        var brief = new StringBuilder("local_time,load_w,pv_w\n");
        for (var hour = 0; hour < 48; hour++)
        {
            var time = $"2024-02-{28 + (hour / 24)}T{hour % 24:00}:00";
            told.Append($"{time},{hour},0\n");
            brief.Append($"{(hour < 2 || hour == 30 ? time : "")},{hour},0\n");
        }
        var (one, other) = (SiteTrace.Parse(told.ToString()), SiteTrace.Parse(brief.ToString()));
        Assert.Equal(one.Start, other.Start);
        Assert.Equal(one.LoadWatts.ToArray(), other.LoadWatts.ToArray());
        Assert.Throws<FormatException>(() => SiteTrace.Parse("local_time,load_w,pv_w\n2024-01-01T00:00,1,2\n,1,2")); // of which step?
    }

    [Fact]
    public void Gaps_are_filled_and_counted()
    {
        // Three days; an hour is missing on the second, a whole night and morning on the third; the last row begins a fourth.
        var csv = new StringBuilder("\uFEFFlocal_time,load_w,pv_w\r\n");
        for (var hour = 0; hour < 73; hour++)
            if (hour != 30 && hour is not (> 48 and < 60))
                csv.Append($"2024-01-0{1 + (hour / 24)} {hour % 24:00}:00:00,{hour * 10},{hour}\r\n");
        var trace = SiteTrace.Parse(csv.ToString());
        Assert.Equal(72, trace.Count);
        Assert.Equal(12, trace.StepsFilled);
        Assert.Equal(1, trace.StepsDropped);
        Assert.Equal(300, trace.LoadWatts[30]);
        Assert.Equal(310, trace.LoadWatts[55]);
        Assert.Equal(600, trace.LoadWatts[60]);
    }

    [Theory]
    [InlineData("2026-08-10T00:00:00Z", "2026-08-03T00:00:00Z")]
    [InlineData("2026-06-01T13:15:00Z", "2025-08-04T00:00:00Z")]
    public void A_year_is_laid_onto_the_same_season_and_weekday(string start, string origin)
    {
        var trace = SiteTrace.Parse(File.ReadAllText(Path.Combine(RepositoryRoot(), "hw", "demo", "home.csv")));
        Assert.Equal(origin, trace.OriginFor(Instant.From(DateTimeOffset.Parse(start))).ToString());
    }

    [Fact]
    public void A_generated_year_is_a_plausible_household()
    {
        var trace = SiteTrace.Generated(seed: 1, days: 365);
        Assert.Equal(365 * 96, trace.Count);
        Assert.InRange(trace.LoadWatts.ToArray().Average() * 8.76, 3_500, 5_500);
        Assert.InRange(trace.PvWatts.ToArray().Average() * 8.76 / trace.PvPeakWatts * 1000, 750, 1_300);
        double Pv(int day) => trace.PvWatts.Slice(day * 96, 30 * 96).ToArray().Average();
        Assert.True(Pv(150) > 2 * Pv(0), "summer gives more than twice winter's PV");
        Assert.Equal(0, trace.PvWatts[4]);
        Assert.Equal(trace.LoadWatts.ToArray(), SiteTrace.Generated(seed: 1, days: 365).LoadWatts.ToArray());
        Assert.NotEqual(trace.LoadWatts.ToArray(), SiteTrace.Generated(seed: 2, days: 365).LoadWatts.ToArray());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(7.5, true)]
    public void Every_step_keeps_its_mean_however_it_is_sliced(double slice, bool varied)
    {
        var trace = SiteTrace.Generated(seed: 3, days: 4);
        var site = new SimulatedSite(Homes.Site(0, 1, 0), trace, new() { Start = trace.Start, TraceOrigin = trace.Start, Varied = varied });
        var scale = 6000 / trace.PvPeakWatts;
        var jumps = 0;
        for (var step = 0; step < trace.Count; step++)
        {
            var load = 0.0;
            var pv = 0.0;
            for (var at = 0.0; at < 900; at += slice)
            {
                var before = site.LoadWatts;
                site.Step(slice);
                load += site.LoadWatts * slice;
                pv += site.PvWatts * slice;
                jumps += Math.Abs(site.LoadWatts - before) > 500 ? 1 : 0;
                Assert.True(site.LoadWatts >= 0 && site.PvWatts >= 0);
            }

            Assert.Equal(trace.LoadWatts[step], load / 900, 1e-6);

            // The inverter clips what exceeds its rating, which can only happen near the trace's peak.
            if (trace.PvWatts[step] < 0.6 * trace.PvPeakWatts)
                Assert.Equal(trace.PvWatts[step] * scale, pv / 900, 1e-6);
        }

        if (varied)
            Assert.InRange(jumps, 4 * 10, 4 * 2_000);
    }

    [Fact]
    public void A_coarse_step_equals_the_mean_of_fine_ones()
    {
        var trace = SiteTrace.Generated(seed: 3, days: 4);
        var fine = new SimulatedSite(Homes.Site(0, 0, 0), trace, new() { Start = Homes.Start });
        var coarse = new SimulatedSite(Homes.Site(0, 0, 0), trace, new() { Start = Homes.Start });
        for (var i = 0; i < 5 * 24; i++)
        {
            var sum = 0.0;
            for (var s = 0; s < 3600; s++)
            {
                fine.Step(1);
                sum += fine.LoadWatts;
            }

            coarse.Step(3600);
            Assert.Equal(coarse.LoadWatts, sum / 3600, 1e-6);
        }
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SmartEms.Edge.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the repository");
        return folder;
    }
}
