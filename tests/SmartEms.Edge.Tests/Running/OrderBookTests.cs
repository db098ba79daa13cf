using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

public sealed class OrderBookTests : IAsyncDisposable
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);
    private static readonly Asker Anna = new("anna (1000)", "test of the battery");
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly MemoryStore store = new();
    private readonly SimulatedTime time = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly Recorder recorder;
    private readonly Site site = Given.Site();
    private readonly OrderBook book;

    public OrderBookTests()
    {
        recorder = new(store, TimeProvider.System);
        book = new(site, recorder, new(time), new(TextWriter.Null, false));
    }

    [Theory]
    [InlineData("house", "-3kW", OverrideKind.BatteryPower, -3_000)]
    [InlineData("house", "grid-charge-66", OverrideKind.BatteryMode, (double)BatteryMode.GridCharge66)]
    [InlineData("wallbox", "16A", OverrideKind.EvCurrent, 16)]
    [InlineData("wallbox", "surplus", OverrideKind.EvMode, (double)EvMode.SurplusOnly)]
    [InlineData("wallbox", "surplus-only", OverrideKind.EvMode, (double)EvMode.SurplusOnly)]
    [InlineData("wallbox", "20kWh", OverrideKind.EvDeparture, 20_000)]
    [InlineData("roof", "3000W", OverrideKind.PvLimit, 3_000)]
    public async Task An_order_stands_until_its_lease_ends(string part, string value, OverrideKind kind, double number)
    {
        Assert.True((await book.SetAsync(part, value, Quarter, Anna)).IsTaken);
        var one = Assert.Single(book.Now(time.Now).Overrides);
        Assert.Equal((kind, number, "anna (1000)", "test of the battery"), (one.Kind, one.Value, one.By, one.Reason));
        time.Advance(Quarter - TimeSpan.FromSeconds(1));
        Assert.Single(book.Now(time.Now).Overrides);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(book.Now(time.Now).IsEmpty);
    }

    [Fact]
    public async Task A_mode_asked_for_by_hand_leaves_the_departure_standing()
    {
        await book.SetAsync("wallbox", "20kWh", TimeSpan.FromHours(8), Anna);
        await book.SetAsync("wallbox", "off", Quarter, Anna);
        await book.SetAsync("wallbox", "full", Quarter, Anna);
        Assert.Equal([OverrideKind.EvDeparture, OverrideKind.EvMode], book.Now(time.Now).Overrides.Select(one => one.Kind));
        await book.SetAsync("wallbox", "10kWh", TimeSpan.FromHours(9), Anna);
        Assert.Equal(10_000, book.Now(time.Now).Standing(OverrideKind.EvDeparture, 0, time.Now)?.Value);
        await book.ReleaseAsync("wallbox", Anna);
        Assert.True(book.Now(time.Now).IsEmpty);
    }

    [Theory]
    [InlineData("cellar", "2kW", "unknown_part", "house")]
    [InlineData("house", "warm", "value_unclear", "grid-charge")]
    [InlineData("house", "NaNW", "value_unclear", "2000W")]
    [InlineData("house", "5001W", "beyond_limit", "5000 W")]
    [InlineData("house", "-5.1kW", "beyond_limit", "-5000 W")]
    [InlineData("wallbox", "3A", "beyond_limit", "6 A to 16 A")]
    [InlineData("wallbox", "17A", "beyond_limit", "6 A to 16 A")]
    [InlineData("wallbox", "50Wh", "beyond_limit", "0.1kWh to 500kWh")]
    [InlineData("roof", "-1W", "beyond_limit", "0 W")]
    public async Task What_a_part_cannot_do_is_refused_with_the_remedy_and_written_down(string part, string value, string code, string remedy)
    {
        var answer = await book.SetAsync(part, value, Quarter, Anna);
        Assert.Equal(code, answer.Code);
        Assert.Contains(remedy, answer.Remedy, StringComparison.Ordinal);
        Assert.True(book.Now(time.Now).IsEmpty);
        Assert.Contains($"refused ({code})", await LastNoteAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "why", "lease_missing")]
    [InlineData(0.0, "why", "lease_out_of_range")]
    [InlineData(24.1, "why", "lease_out_of_range")]
    [InlineData(1.0, "  ", "reason_missing")]
    public async Task An_order_needs_a_lease_within_bounds_and_a_reason(double? hours, string reason, string code)
    {
        var answer = await book.SetAsync("house", "2kW", hours is { } some ? TimeSpan.FromHours(some) : null, Anna with { Reason = reason });
        Assert.Equal(code, answer.Code);
        Assert.NotEmpty(answer.Remedy);
        Assert.True(book.Now(time.Now).IsEmpty);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(5)]
    [InlineData(87_600)]
    public async Task A_step_of_the_clock_neither_ends_nor_prolongs_a_lease(double hours)
    {
        await book.SetAsync("house", "2kW", Quarter, Anna);
        time.Advance(TimeSpan.FromMinutes(10));
        time.StepWallClock(TimeSpan.FromHours(hours));
        var one = Assert.Single(book.Now(time.Now).Overrides);
        Assert.Equal(TimeSpan.FromMinutes(5), one.Until - time.Now);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(book.Now(time.Now).IsEmpty);
    }

    [Fact]
    public async Task The_later_order_for_a_part_replaces_the_earlier_one_and_release_takes_it_back()
    {
        await book.SetAsync("house", "2kW", Quarter, Anna);
        await book.SetAsync("house", "hold", Quarter, Anna);
        await book.SetAsync("wallbox", "8A", Quarter, Anna);
        Assert.Equal([OverrideKind.BatteryMode, OverrideKind.EvCurrent], book.Now(time.Now).Overrides.Select(one => one.Kind));
        Assert.True((await book.ReleaseAsync("house", Anna)).IsTaken);
        Assert.Equal("unknown_part", (await book.ReleaseAsync("cellar", Anna)).Code);
        Assert.Equal(OverrideKind.EvCurrent, Assert.Single(book.Now(time.Now).Overrides).Kind);
        Assert.True((await book.ReleaseAsync(null, Anna)).IsTaken);
        Assert.True(book.Now(time.Now).IsEmpty);
    }

    [Fact]
    public async Task What_stands_survives_a_restart_with_what_is_left_of_its_lease()
    {
        await book.SetAsync("house", "2kW", Quarter, Anna);
        await book.LimitAsync(ConstraintDirection.Import, 4_200, TimeSpan.FromHours(2), Anna);
        await book.StopAsync(Anna);
        time.Advance(TimeSpan.FromMinutes(10));
        var again = new OrderBook(site, recorder, new(time), new(TextWriter.Null, false));
        again.Adopt(OrdersWire.FromBytes(store.Last(LedgerKind.Override)!.Body), time.Now);
        var now = again.Now(time.Now);
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.Single(now.Overrides).Until - time.Now);
        Assert.Equal(4_200, Assert.Single(now.Constraints).Limit.Watts);
        Assert.NotNull(now.Stop);
        Assert.True((await again.SetAsync("wallbox", "8A", Quarter, Anna)).IsTaken);
        Assert.Equal([1, 2], again.Now(time.Now).Overrides.Select(one => one.Number));
    }

    [Fact]
    public async Task Under_another_site_file_an_order_stays_with_the_part_of_its_name()
    {
        await book.SetAsync("house", "2kW", Quarter, Anna);
        await book.SetAsync("wallbox", "8A", Quarter, Anna);
        await book.LimitAsync(ConstraintDirection.Import, 4_200, Quarter, Anna);
        await book.StopAsync(Anna);
        time.Advance(TimeSpan.FromMinutes(5));
        var cellar = site.Batteries[0] with { Name = "cellar" };
        await book.MoveAsync(site with { Batteries = [cellar, .. site.Batteries], EvChargers = [] });

        var now = book.Now(time.Now);
        var stays = Assert.Single(now.Overrides);
        Assert.Equal((OverrideKind.BatteryPower, 1, 2_000.0), (stays.Kind, stays.Index, stays.Value));
        Assert.Equal(TimeSpan.FromMinutes(10), stays.Until - time.Now);
        Assert.Single(now.Constraints);
        Assert.NotNull(now.Stop);
        Assert.Equal("unknown_part", (await book.SetAsync("wallbox", "8A", Quarter, Anna)).Code);
        Assert.True((await book.SetAsync("cellar", "1kW", Quarter, Anna)).IsTaken);
        Assert.Equal([1, 0], book.Now(time.Now).Overrides.Select(one => one.Index));
        await recorder.AppendAsync(LedgerKind.Note, time.Now, [0]);
        Assert.Equal([1, 0], OrdersWire.FromBytes(store.Last(LedgerKind.Override)!.Body).Overrides.Select(one => one.Index)); // a restart finds them there too
    }

    [Fact]
    public async Task A_stop_without_a_reason_is_a_stop_and_its_answer_says_so()
    {
        Assert.True((await book.StopAsync(Anna with { Reason = "" })).IsTaken);
        Assert.NotNull(book.Now(time.Now).Stop);
    }

    [Fact]
    public async Task A_button_that_was_pressed_stops_until_it_is_reset_and_cannot_be_reset_while_it_is_pressed()
    {
        var wired = site with { Contacts = [new("button", ContactRole.EmergencyStop, new("board", "0")) { AssertsByOpening = true }] };
        var own = new OrderBook(wired, recorder, new(time), new(TextWriter.Null, false));
        ProcessImage Image(Reading<bool> pressed) => Given.Image(wired) with { Contacts = [new() { Asserted = pressed }], Orders = own.Now(time.Now) };

        own.Latch(Image(Reading.Bad<bool>(BadReason.Unreachable)));
        Assert.Null(own.Now(time.Now).Stop); // an unreadable contact stops as long as it is unreadable, and was not pressed
        own.Latch(Image(Reading.Good(true)));
        Assert.Equal("button", own.Now(time.Now).Stop?.By);
        Assert.Equal("stop_pressed", (await own.ResetAsync(Image(Reading.Good(true)), Anna)).Code);
        Assert.Equal("stop_pressed", (await own.ResetAsync(Image(Reading.Bad<bool>(BadReason.Unreachable)), Anna)).Code);
        own.Latch(Image(Reading.Good(false)));
        Assert.NotNull(own.Now(time.Now).Stop);
        Assert.True((await own.ResetAsync(Image(Reading.Good(false)), Anna)).IsTaken);
        Assert.Null(own.Now(time.Now).Stop);
    }

    private async Task<string> LastNoteAsync()
    {
        await recorder.AppendAsync(LedgerKind.Finding, time.Now, [1]).WaitAsync(TimeSpan.FromSeconds(60)); // behind all that was handed in before
        return Encoding.UTF8.GetString(store.Read(LedgerKind.Note, Always, Never).Last().Body);
    }

    public async ValueTask DisposeAsync()
    {
        await recorder.DisposeAsync();
        store.Dispose();
    }
}
