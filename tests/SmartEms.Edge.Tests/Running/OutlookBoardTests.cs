using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>What others foretell, from a file that comes, changes, is cut and grows old.</summary>
public sealed class OutlookBoardTests
{
    private static readonly Slot Noon = Slot.Of(Instant.From(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("", "line 1: there is no column utc (name the columns: utc, issued and any of load_w, load_p10_w, load_p90_w, pv_w, pv_p10_w, pv_p90_w, kg_co2_per_kwh, eur_per_mwh)")]
    [InlineData("utc,pv_w\n2026-06-01T12:00Z,5\n", "line 1: there is no column issued")]
    [InlineData("utc,issued,pv\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n", "line 1: no column foretells anything")]
    [InlineData("utc,issued,pv_w\n", "line 1: no row follows")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5", "line 2: the last line does not end; it looks cut (write the file whole under another name, then move it into place)")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z\n", "line 2: 2 cells, the first line has 3")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n01.06.2026 13:00,2026-06-01T11:00Z,5\n", "line 3: utc 01.06.2026 13:00 or issued 2026-06-01T11:00Z is not a time (write UTC as in 2026-11-27T14:15Z)")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5.5kW\n", "line 2: pv_w 5.5kW is not a number from 0 to 100000000 (write a number with a point, or leave the cell empty where nothing is foretold)")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,-1\n", "line 2: pv_w -1 is not")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,NaN\n", "line 2: pv_w NaN is not")]
    [InlineData("utc,issued,kg_co2_per_kwh\n2026-06-01T12:00Z,2026-06-01T11:00Z,380\n", "line 2: kg_co2_per_kwh 380 is not a number from 0 to 5")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n2026-06-01T12:15Z,2026-06-01T12:00Z,5\n", "line 3: it was issued at another time than the rows before")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n", "line 3: it is 0 minutes after the row before")]
    [InlineData("utc,issued,pv_w\n2026-06-01T12:00Z,2026-06-01T11:00Z,5\n2026-06-01T15:00Z,2026-06-01T11:00Z,5\n", "line 3: it is 180 minutes after the row before (rows in order of time, 5 to 60 minutes apart, all of one issue)")]
    public void A_text_that_cannot_be_used_is_answered_with_line_and_remedy(string text, string trouble)
    {
        var read = OutlookText.Read(text);
        Assert.Null(read.Rows);
        Assert.StartsWith(trouble, read.Trouble, StringComparison.Ordinal);
    }

    /// <summary>Hourly rows hold for four quarter-hours, five-minute rows are averaged, an empty cell is not foretold, units are ours.</summary>
    [Fact]
    public void Rows_are_laid_onto_quarter_hours()
    {
        var hourly = OutlookText.Read("\uFEFFissued, utc, pv_w, kg_co2_per_kwh, eur_per_mwh\r\n2026-06-01T11:00Z, 2026-06-01T12:00Z, 1000.4, 0.3804, 85\r\n2026-06-01T11:00Z, 2026-06-01 13:00, , 0.2, -5.5\r\n").Rows!;
        Assert.Equal((Noon, Noon.Start + TimeSpan.FromHours(-1)), (hourly.From, hourly.IssuedAt));
        Assert.Equal([1_000, 1_000, 1_000, 1_000, double.NaN, double.NaN, double.NaN, double.NaN], hourly.Pv.AsEnumerable());
        Assert.Equal([0.38, 0.38, 0.38, 0.38, 0.2, 0.2, 0.2, 0.2], hourly.Carbon.AsEnumerable());
        Assert.Equal([0.085, -0.0055], [hourly.Spot[0], hourly.Spot[7]]);
        Assert.Empty(hourly.Load);
        var fine = OutlookText.Read("utc,issued,load_w\n" + string.Concat(Enumerable.Range(0, 6).Select(i => $"2026-06-01T12:{i * 5:00}Z,2026-06-01T11:00Z,{i * 100}\n"))).Rows!;
        Assert.Equal([100, 400], fine.Load.AsEnumerable());
    }

    /// <summary>A good file is taken; what comes after it cut, or not at all, leaves it standing and is told; a good one ends the trouble.</summary>
    [Fact]
    public async Task A_cut_file_leaves_what_was_foretold_before()
    {
        using var folder = new Folder();
        var log = new StringWriter();
        var board = new OutlookBoard(folder.File, new(log, false), TimeProvider.System);
        Assert.Null(await board.FromAsync(Noon));
        Assert.Equal(FindingCode.OutlookUnusable, board.Trouble(Noon.Start)!.Value.Code);
        Assert.Contains("is not there", log.ToString(), StringComparison.Ordinal);

        folder.Write(Sunny(3_000));
        Assert.Equal(3_000, (await board.FromAsync(Noon))!.Pv[0]);
        Assert.Null(board.Trouble(Noon.Start));

        folder.Write(Sunny(9_000)[..^40]);
        Assert.Equal(3_000, (await board.FromAsync(Noon))!.Pv[0]);
        Assert.Equal(FindingCode.OutlookUnusable, board.Trouble(Noon.Start)!.Value.Code);
        Assert.Contains($"outlook: {folder.File}: line ", log.ToString(), StringComparison.Ordinal);

        folder.Write(Sunny(4_000));
        var later = await board.FromAsync(new(Noon.Index + 5));
        Assert.Equal((4_000, new Slot(Noon.Index + 5), 91), (later!.Pv[0], later.From, later.Pv.Length));
        Assert.Null(board.Trouble(Noon.Start));
        Assert.Equal(new Finding(FindingCode.OutlookStale, Value: 13), board.Trouble(Noon.Start + TimeSpan.FromHours(12)));
        Assert.Equal(-1, board.Trouble(Noon.Start + TimeSpan.FromHours(-2))!.Value.Value); // not issued yet
        Assert.Null(await board.FromAsync(new(Noon.Index + 96)));
    }

    /// <summary>The daemon: the file comes while it runs, is heard by the next decision, stands in the record so that it is thought again to the same bytes, and is a finding
    /// once it is broken. The peak of the quarter-hour is measured on the way.</summary>
    [Fact]
    public async Task The_daemon_hears_the_file_and_records_it()
    {
        using var folder = new Folder();
        var tariff = new Tariff("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) { Demand = new(90, BillingPeriod.Year, Power.Zero) };
        await using var house = await TimedHouse.StartAsync(tariff: tariff, change: site => site with { OutlookFile = folder.File, Weights = PlanWeights.Usual with { CarbonPrice = 0.1 } });
        await house.LiveAsync(1_800);
        Assert.Contains(house.Now.Findings, finding => finding.Code == FindingCode.OutlookUnusable);
        folder.Write(Rows(Slot.Of(house.Time.Now), "pv_w,kg_co2_per_kwh", "2500,0.25"));
        await house.LiveAsync(900);
        Assert.DoesNotContain(house.Now.Findings, finding => finding.Code == FindingCode.OutlookUnusable);
        folder.Write("utc,issued,pv_w\nnothing\n");
        await house.LiveAsync(900);
        Assert.Contains(house.Now.Findings, finding => finding.Code == FindingCode.OutlookUnusable);

        var entries = await house.LedgerAsync(LedgerKind.Cycle);
        var records = entries.Select(entry => CycleRecord.FromBytes(entry.Body)).ToArray();
        Assert.Null(records[1].Image.Outside!.Foretold);
        Assert.Equal((2_500, 0.25), (records[^1].Image.Outside!.Foretold!.Pv[0], records[^1].Image.Outside!.Foretold!.Carbon[0]));
        Assert.True(records[^1].Image.Outside!.Imported >= 0);
        foreach (var entry in entries)
        {
            var record = CycleRecord.FromBytes(entry.Body);
            var brain = house.Look(store => Learnt.Before(store, entry, house.Site));
            var thought = Cycle.Think(record.Slot, record.Image, house.Site, record.Before with { Brain = brain }, Provenance.PolicyOf(house.Site));
            Assert.Equal(CycleRecord.Fingerprint(record.Decision, record.Findings), CycleRecord.Fingerprint(thought.Decision, thought.Findings));
        }
    }

    private static string Sunny(double watts) => Rows(Noon, "pv_w", $"{watts}");

    /// <summary>A day of quarter-hours, issued an hour before.</summary>
    private static string Rows(Slot from, string columns, string cells) => $"utc,issued,{columns}\n" + string.Concat(Enumerable.Range(0, 96).Select(i =>
        $"{new Slot(from.Index + i).Start.ToDateTimeOffset():yyyy-MM-ddTHH:mm}Z,{(from.Start + TimeSpan.FromHours(-1)).ToDateTimeOffset():yyyy-MM-ddTHH:mm}Z,{cells}\n"));

    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("outlook");
        private int writes;

        public string File => Path.Combine(folder.FullName, "outlook.csv");

        /// <summary>Each time a second later than before, as a clock of the file system tells it.</summary>
        public void Write(string text)
        {
            System.IO.File.WriteAllText(File, text);
            System.IO.File.SetLastWriteTimeUtc(File, new DateTime(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(++writes));
        }

        public void Dispose() => folder.Delete(recursive: true);
    }
}
