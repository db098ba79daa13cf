using System.Text;
using System.Text.Json;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Control;

/// <summary>Every request of the local API and every way it can be wrong, over a real socket.</summary>
public class LocalApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach (var request in Requests.All)
                table.Add(request.Method, request.Path);
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_request_of_the_table_answers_with_one_line_of_json(string method, string path)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        var order = path == "/v1/orders" ? "?do=maintenance&lease=15m&reason=test" : "?device=inv1&unit=1&space=holding&address=7&words=002A&reason=why&place=tcp://h:502";
        var json = Encoding.UTF8.GetString(method == "GET" ? await server.Client.GetAsync(path, default) : await server.Client.PostAsync(path + order, default));
        Assert.DoesNotContain('\n', json);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(json).RootElement.ValueKind);
        Assert.Empty(server.Faults);
    }

    /// <summary>The shape of the answers is a promise: scripts and the dashboard live by it.</summary>
    [Theory]
    [InlineData("status-well.txt")]
    [InlineData("status-troubled.txt")]
    [InlineData("devices.txt")]
    [InlineData("why.txt")]
    [InlineData("requests.txt")]
    public async Task Answers_keep_their_shape(string name)
    {
        await using var well = await LiveServer.StartAsync(House.Desk(House.Well));
        await using var troubled = await LiveServer.StartAsync(House.Desk(House.Troubled));
        Golden.Check("Golden", name, given =>
        {
            var words = given.Trim().Split(' ');
            var json = (words[0] == "well" ? well : troubled).Client.GetAsync(words[1], default).GetAwaiter().GetResult();
            return JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement, Indented);
        });
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", "unknown_request")]
    [InlineData("GET", "/", "unknown_request")]
    [InlineData("POST", "/v1/status", "wrong_method")]
    [InlineData("GET", "/v1/release", "wrong_method")]
    [InlineData("GET", "/v1/why?at=yesterday", "time_unclear")]
    [InlineData("GET", "/v1/why?at=2026-11-20T13:45", "time_unclear")]
    [InlineData("GET", "/v1/why?at=", "time_unclear")]
    [InlineData("GET", "/v1/why?at=2026-11-20T14:45:00Z", "no_record")]
    public async Task What_cannot_be_answered_says_why_and_what_helps(string method, string target, string code)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        var refusal = await Assert.ThrowsAsync<Refusal>(() => method == "GET" ? server.Client.GetAsync(target, default) : server.Client.PostAsync(target, default));
        Assert.Equal((code, Exit.Failed), (refusal.Code, refusal.Exit));
        Assert.NotEmpty(refusal.Hint);
    }

    [Theory]
    [InlineData("GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("PUT /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("HEAD /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("GET /v1/why?at=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("POST /v1/release HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 65537\r\n\r\n", "HTTP/1.1 413")]
    [InlineData("no http at all\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400")]
    public async Task The_status_line_tells_the_kind_of_error(string request, string status)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        Assert.StartsWith(status, await server.SayAsync(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-20T13:45:00Z")]
    [InlineData("2026-11-20T13:59:59.999Z")]
    [InlineData("2026-11-20T14:47%2B01:00")]
    [InlineData("2026-11-20T14:47+01:00")]
    public async Task Why_finds_the_quarter_hour_that_holds_the_moment(string at)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        var why = LocalClient.Read(await server.Client.GetAsync($"/v1/why?at={at}", default), ViewsJson.Wire.WhyView);
        Assert.Equal(House.Record.Slot.Start.ToDateTimeOffset().UtcDateTime, why.Decision.Slot);
    }

    [Fact]
    public async Task A_record_of_another_site_file_is_not_given_the_names_of_this_one()
    {
        var desk = House.Desk(House.Well) with { Site = House.Site with { Batteries = [], Devices = House.Site.Devices[..2] } };
        await using var server = await LiveServer.StartAsync(desk);
        Assert.Equal("other_site", (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync("/v1/why", default))).Code);
    }

    [Fact]
    public async Task A_failing_store_is_an_answer()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { RecordAt = _ => throw new IOException("the disk is gone") });
        var refusal = await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync("/v1/why", default));
        Assert.Equal("store_failing", refusal.Code);
        Assert.Contains("the disk is gone", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_an_answer_and_the_server_lives_on()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { RecordAt = _ => throw new InvalidOperationException("a bug") });
        Assert.Equal("failed", (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync("/v1/why", default))).Code);
        Assert.Contains("a bug", Assert.Single(server.Faults), StringComparison.Ordinal);
        await server.Client.GetAsync("/v1/status", default);
    }

    [Fact]
    public async Task Before_the_first_look_there_is_no_status()
    {
        await using var server = await LiveServer.StartAsync(House.Desk(null));
        foreach (var path in new[] { "/v1/status", "/v1/devices", "/v1/why" })
            Assert.Equal("starting", (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync(path, default))).Code);
        await server.Client.GetAsync("/v1/version", default);
    }

    [Fact]
    public async Task Release_says_whether_every_device_confirmed()
    {
        var released = 0;
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well) with { Release = _ => Task.FromResult(++released == 1) });
        Assert.Equal("""{"released":true}""", Encoding.UTF8.GetString(await server.Client.PostAsync("/v1/release", default)));
        Assert.Equal("not_released", (await Assert.ThrowsAsync<Refusal>(() => server.Client.PostAsync("/v1/release", default))).Code);
        await using var reader = await LiveServer.StartAsync(House.Desk(House.Well) with { Release = null });
        Assert.Equal("nothing_to_release", (await Assert.ThrowsAsync<Refusal>(() => reader.Client.PostAsync("/v1/release", default))).Code);
    }

    /// <summary>Starting before the first decision, or with parts that are not installed: nothing may be taken for granted.</summary>
    [Fact]
    public async Task A_bare_site_has_a_status_too()
    {
        var site = House.Site with { Batteries = [], PvPlants = [], EvChargers = [] };
        var now = House.Well with
        {
            Decision = null,
            Setpoints = null,
            Envelope = null,
            Image = House.Well.Image with { Batteries = [], PvPlants = [], EvChargers = [] },
            Findings = [new(FindingCode.SocOutside)],
        };
        await using var server = await LiveServer.StartAsync(new(site, "0.1.0", () => now));
        var status = LocalClient.Read(await server.Client.GetAsync("/v1/status", default), ViewsJson.Wire.StatusView);
        Assert.Equal(("starting", 1240.0, null), (status.State, status.Power.LoadW, status.Power.PvProductionW));
        Assert.Equal("Bad(NotInstalled)", status.Power.Quality["pv_production_w"]);
    }

    [Fact]
    public void A_record_is_found_in_the_store_by_any_moment_of_its_slot()
    {
        using var store = new OneEntry(House.Record);
        Assert.Equal(House.Record.Slot, Desk.RecordIn(store, House.Record.Slot.End + TimeSpan.FromMilliseconds(-1))!.Slot);
        Assert.Null(Desk.RecordIn(store, House.Record.Slot.End));
    }

    /// <summary>A store that holds one cycle.</summary>
    private sealed class OneEntry(CycleRecord record) : Core.IStore
    {
        public IEnumerable<LedgerEntry> Read(LedgerKind kind, Instant from, Instant to) =>
            kind == LedgerKind.Cycle && from <= record.Image.TakenAt && record.Image.TakenAt < to ? [new(1, record.Image.TakenAt, kind, record.ToBytes())] : [];

        public long Append(LedgerKind kind, Instant at, ReadOnlySpan<byte> body) => throw new NotSupportedException();
        public long AppendAll(ReadOnlySpan<LedgerDraft> entries) => throw new NotSupportedException();
        public void Append(ReadOnlySpan<TelemetrySample> samples) => throw new NotSupportedException();

        public void Rebase(ClockStep step) => throw new NotSupportedException();
        public int PointNumber(string name, string unit) => throw new NotSupportedException();
        public LedgerEntry? Last(LedgerKind kind) => null;
        public void KeepText(string hash, string text) => throw new NotSupportedException();
        public string? Text(string hash) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>Each order that is not one is refused with a code and the remedy; the caller is who the kernel says it is.</summary>
    [Theory]
    [InlineData("", "unknown_order")]
    [InlineData("do=dance&reason=x", "unknown_order")]
    [InlineData("do=set&part=battery1&value=2kW&reason=x", "lease_missing")]
    [InlineData("do=set&part=battery1&value=2kW&lease=15m", "reason_missing")]
    [InlineData("do=set&part=battery1&value=2kW&lease=soon&reason=x", "lease_unclear")]
    [InlineData("do=set&part=battery1&value=2kW&lease=25h&reason=x", "lease_out_of_range")]
    [InlineData("do=set&part=battery1&value=6kW&lease=15m&reason=x", "beyond_limit")]
    [InlineData("do=set&part=cellar&value=6kW&lease=15m&reason=x", "unknown_part")]
    [InlineData("do=limit&part=sun&value=6kW&lease=15m&reason=x", "unknown_part")]
    [InlineData("do=limit&part=import&value=-6kW&lease=15m&reason=x", "value_unclear")]
    public async Task A_wrong_order_is_refused_with_a_code(string query, string code)
    {
        await using var server = await LiveServer.StartAsync(House.Desk(House.Well));
        var refusal = await Assert.ThrowsAsync<Refusal>(() => server.Client.PostAsync($"/v1/orders?{query}", default));
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Hint);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Who_is_no_operator_may_look_and_not_order()
    {
        var desk = House.Desk(House.Well) with { OwnUid = 990, ReadFile = _ => "", Reload = (_, _, _) => throw new InvalidOperationException("it was read") };
        Asked Stranger(string query) => new(name => query.Split('&').Select(part => part.Split('=')).FirstOrDefault(part => part[0] == name)?[1], new Caller(1, 1001, 1001));
        Assert.Equal(200, (await Requests.AnswerAsync(desk, "GET", "/v1/orders", Stranger(""), default)).Status);
        foreach (var (path, query) in ((string, string)[])[("/v1/orders", "do=stop&reason=x"), ("/v1/write", "device=inv1&unit=1&space=holding&address=7&words=002A&reason=x"), ("/v1/written", "place=here"), ("/v1/reload", "")])
        {
            var reply = await Requests.AnswerAsync(desk, "POST", path, Stranger(query), default);
            Assert.Equal(403, reply.Status);
            Assert.Equal("not_allowed", JsonDocument.Parse(reply.Json).RootElement.GetProperty("code").GetString());
        }
        Assert.Null(desk.Orders!.Now(House.At).Stop);
    }

    /// <summary>The audit names whom the kernel names. A name that is only sent counts where root sends it, and beside root's own.</summary>
    [Theory]
    [InlineData(0, "root (0) for anna")]
    [InlineData(990, "smartems (990)")]
    public async Task A_write_by_hand_is_booked_on_whom_the_kernel_names(int uid, string expected)
    {
        var booked = new List<Core.Recording.HandWrite>();
        var desk = House.Desk(House.Well) with
        {
            OwnUid = 990,
            ReadFile = file => file == "/etc/passwd" ? "root:x:0:0::/root:/bin/sh\nsmartems:x:990:990::/:/bin/false\n" : "",
            RecordWrite = done =>
            {
                booked.Add(done);
                return Task.FromResult(true);
            },
        };
        var query = new Dictionary<string, string> { ["unit"] = "1", ["space"] = "holding", ["address"] = "7", ["words"] = "002A", ["by"] = "anna", ["reason"] = "why", ["place"] = "tcp://h:502" };
        var reply = await Requests.AnswerAsync(desk, "POST", "/v1/written", new(query.GetValueOrDefault, new Caller(1, uid, uid)), default);
        Assert.Equal(200, reply.Status);
        Assert.Equal(expected, Assert.Single(booked).By);
    }
}
