using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Commands;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Telemetry;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Commands;
using Xunit;

namespace SmartEms.Edge.Tests.Telemetry;

/// <summary>The verbs on a real store beside its writer: what people and programs read, what lands in files, and that size does not matter.</summary>
public class CommandTests
{
    public static TheoryData<string> Files => Golden.Files("Golden");

    [Theory]
    [MemberData(nameof(Files))]
    public void The_screen_reads(string name)
    {
        using var store = new StoreOnDisk().WithAfternoon();
        Golden.Check("Golden", name, given => store.TellAsync(given).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task An_export_is_a_whole_file_and_one_of_what_is_missing()
    {
        using var store = new StoreOnDisk().WithAfternoon();
        var ran = await store.RunAsync("export --points inv1/* --since 2026-11-20T13:00Z --every 5m -f DIR/nov.csv");
        Assert.Equal((Exit.Ok, ""), (ran.Exit, ran.Out));
        Assert.Equal(["nov.csv", "nov.csv.gaps.json"], store.Files);
        var lines = await File.ReadAllLinesAsync(store.File("nov.csv"));
        Assert.Equal((9, "time,inv1/soc,inv1/dc_power_w"), (lines.Length, lines[0]));
        var gaps = JsonDocument.Parse(await File.ReadAllTextAsync(store.File("nov.csv.gaps.json"))).RootElement;
        var gap = Assert.Single(gaps.GetProperty("gaps").EnumerateArray());
        Assert.Equal(("2026-11-20T13:20:00Z", "2026-11-20T13:30:00Z"), (gap.GetProperty("from").GetString(), gap.GetProperty("to").GetString()));
    }

    [Fact]
    public async Task A_file_that_exists_is_left_alone_unless_forced_and_nothing_half_done_stays()
    {
        using var store = new StoreOnDisk().WithAfternoon();
        await File.WriteAllTextAsync(store.File("nov.csv"), "precious");
        Assert.Equal(Exit.Failed, (await store.RunAsync("export -f DIR/nov.csv")).Exit);
        Assert.Equal(("precious", 1), (await File.ReadAllTextAsync(store.File("nov.csv")), store.Files.Length));
        Assert.Equal(Exit.Ok, (await store.RunAsync("export -f DIR/nov.csv --force")).Exit);
        Assert.StartsWith("time,", await File.ReadAllTextAsync(store.File("nov.csv")), StringComparison.Ordinal);
        using (var unfinished = WholeFile.Begin(store.File("half.csv"), false))
            unfinished.Text.WriteLine("a row");
        Assert.Equal(["nov.csv", "nov.csv.gaps.json"], store.Files);
    }

    [Fact]
    public async Task A_store_that_is_not_there_and_an_empty_one_are_told_apart()
    {
        using var store = new StoreOnDisk();
        var absent = await Shell.RunAsync(["telemetry", "stats", "--store", store.File("other.db")]);
        Assert.Equal(Exit.Failed, absent.Exit);
        Assert.Contains("does not exist", absent.Error, StringComparison.Ordinal);
        var empty = await store.RunAsync("query");
        Assert.Equal((Exit.Ok, ""), (empty.Exit, empty.Error));
        Assert.StartsWith("0 rows", empty.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_a_screen_holds_are_refused_and_streamed_to_programs()
    {
        using var store = new StoreOnDisk().WithSeconds(20_000);
        var text = await store.RunAsync("query --since 2026-11-20T00:00Z --every raw");
        Assert.Equal((Exit.Failed, ""), (text.Exit, text.Out));
        Assert.Contains("more than 10000 rows", text.Error, StringComparison.Ordinal);
        var csv = await store.RunAsync("query --since 2026-11-20T00:00Z --every raw -o csv");
        Assert.Equal(20_001, csv.Out.AsSpan().Count('\n'));
    }

    [Fact]
    public void Progress_is_a_line_for_every_tenth_where_nobody_watches()
    {
        var said = Follow(new ManualTime(), isTerminal: false);
        Assert.Equal(["exporting 10 %, 101 rows", "exporting 20 %, 201 rows"], said.Split('\n')[..2]);
        Assert.EndsWith("exporting 90 %, 901 rows\nexporting 100 %, 1000 rows\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', said);
        Assert.DoesNotContain('\r', said);
    }

    [Fact]
    public void Progress_is_a_bar_on_a_terminal_and_is_taken_away()
    {
        var time = new ManualTime();
        var said = Follow(time, isTerminal: true, () => time.Advance(TimeSpan.FromMilliseconds(2)));
        Assert.Contains("\rexporting ▕█████░░░░░░░░░░░░░░░▏ 26 %  256 rows  500 rows/s  eta 0:01\e[K", said, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[K", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    /// <summary>A million rows through every part but the disk: whatever is held grows with neither rows nor time.</summary>
    [Fact]
    public void A_million_rows_take_no_memory()
    {
        const int Rows = 1_000_000;
        var house = new StoredHouse();
        house.Add("meter1/grid_import_w", "W", StoredHouse.Each(1, Rows, i => i % 977));
        house.Add("inv1/soc", "%", StoredHouse.Each(1, Rows, i => i % 101));
        var query = new TelemetryQuery(house.Points(), StoredHouse.Start, StoredHouse.Start + TimeSpan.FromSeconds(Rows), Step.Raw);
        using var heap = new HeapWatch();
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var (rows, gaps) = TelemetryExportCommand.Stream(new(heap, error, new(), new FridayAfternoon()), house, query, new(heap, query, false), default);
        Assert.Equal((Rows, 0), (rows, gaps.Length));
        Assert.True(heap.Chars > 27_000_000, $"only {heap.Chars} characters came out");
        Assert.InRange(heap.Grown, long.MinValue, 8_000_000);
    }

    private static string Follow(TimeProvider time, bool isTerminal, Action? between = null)
    {
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var progress = new Progress(new(TextWriter.Null, error, new(), time) { TalksToTerminal = isTerminal }, StoredHouse.Start, StoredHouse.Start + TimeSpan.FromSeconds(1000));
        for (var i = 0; i < 1000; i++)
        {
            between?.Invoke();
            progress.Saw(StoredHouse.Start + TimeSpan.FromSeconds(i));
        }
        progress.End();
        return error.ToString();
    }

    /// <summary>Swallows text, and now and then looks how much of the heap is really in use.</summary>
    private sealed class HeapWatch : StringWriter
    {
        private readonly long before = GC.GetTotalMemory(true);
        private int writes;

        public HeapWatch()
            : base(CultureInfo.InvariantCulture)
        {
        }

        public long Chars { get; private set; }

        /// <summary>The most that was ever in use beyond the beginning, bytes; other tests in this process count too.</summary>
        public long Grown { get; private set; }

        public override void Write(System.Text.StringBuilder? value)
        {
            Chars += value?.Length ?? 0;
            if (++writes % 200 == 0)
                Grown = Math.Max(Grown, GC.GetTotalMemory(true) - before);
        }
    }
}
