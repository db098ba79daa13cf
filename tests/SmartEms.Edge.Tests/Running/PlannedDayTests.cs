using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>The daemon where prices vary, on its devices' sockets: it learns, plans, stores what it has learnt, and goes on with it after a restart.</summary>
public sealed class PlannedDayTests
{
    private static readonly Tariff ByTheHour = new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08))
    {
        Windows = [new(17 * 60, 21 * 60, TariffDays.All, Price.FromPerKilowattHour(0.55)), new(0, 6 * 60, TariffDays.All, Price.FromPerKilowattHour(0.12))],
    };

    [Fact]
    public async Task What_a_day_taught_is_stored_and_outlives_a_restart()
    {
        await using var house = await TimedHouse.StartAsync(tariff: ByTheHour);
        await house.LiveAsync(2 * 3_600);
        var records = (await house.LedgerAsync(LedgerKind.Cycle)).Select(entry => CycleRecord.FromBytes(entry.Body)).ToArray();
        Assert.All(records, record => Assert.NotNull(record.Image.Outside));
        Assert.All(records[2..], record => Assert.NotNull(record.Image.Outside!.Measured)); // the first quarter-hour is not whole
        var planned = records[1]; // later this house's battery rests among mains that never move, and counts as frozen
        Assert.Equal("policy-1", planned.Decision.LedBy);
        Assert.Equal(2, planned.Decision.Shadows.Length);
        var measured = records[^1].Image.Outside!.Measured!.Value;
        Assert.InRange(measured.Load, 1_500, 2_500); // the house takes 2 kW
        Assert.NotEmpty(await house.LedgerAsync(LedgerKind.Brain));
        Assert.NotNull(house.Daemon.Contest);
        Assert.True(house.Daemon.Contest!.Hours > 1);
    }

    [Fact]
    public async Task A_restart_goes_on_with_what_was_learnt_and_every_record_is_thought_again_to_the_same_bytes()
    {
        var folder = Directory.CreateTempSubdirectory("planned");
        try
        {
            await using var house = await TimedHouse.StartAsync(Path.Combine(folder.FullName, "planned.db"), tariff: ByTheHour);
            await house.LiveAsync(3_600);
            var before = house.Daemon.Contest!;
            await house.RestartAsync();
            Assert.Equal(before.Hours, house.Daemon.Contest!.Hours);
            Assert.Equal(before.Batteries.AsEnumerable(), house.Daemon.Contest.Batteries);
            await house.LiveAsync(3_600);
            Assert.True(house.Daemon.Contest!.Hours > before.Hours);
            foreach (var entry in await house.LedgerAsync(LedgerKind.Cycle))
            {
                var record = CycleRecord.FromBytes(entry.Body);
                var brain = house.Look(store => Learnt.Before(store, entry, house.Site));
                var thought = Cycle.Think(record.Slot, record.Image, house.Site, record.Before with { Brain = brain }, Provenance.PolicyOf(house.Site));
                Assert.Equal(CycleRecord.Fingerprint(record.Decision, record.Findings), CycleRecord.Fingerprint(thought.Decision, thought.Findings));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Prices of the market from a file: read when it comes, by the decision after it; gone, the plain rule leads.</summary>
    [Fact]
    public async Task Market_prices_are_followed_from_the_file_that_comes()
    {
        var folder = Directory.CreateTempSubdirectory("spot");
        try
        {
            var file = Path.Combine(folder.FullName, "prices.csv");
            await using var house = await TimedHouse.StartAsync(tariff: new("EUR", Price.FromPerKilowattHour(0.30), Price.FromPerKilowattHour(0.08)) { Spot = new(1.19, Price.FromPerKilowattHour(0.19), file) });
            await house.LiveAsync(3_600);
            var first = Slot.Of(house.Time.Now).Start.ToDateTimeOffset();
            var hour = first.AddMinutes(-first.Minute);
            await File.WriteAllLinesAsync(file, ["utc,eur_per_mwh", .. Enumerable.Range(0, 30).Select(h => $"{hour.AddHours(h):yyyy-MM-ddTHH:mm}Z,{(h % 12 < 6 ? 10 : 400)}")]);
            await house.LiveAsync(3_600);
            var records = (await house.LedgerAsync(LedgerKind.Cycle)).Select(entry => CycleRecord.FromBytes(entry.Body)).ToArray();
            Assert.Equal("self-consumption-1", records[1].Decision.LedBy);
            Assert.True(records[^1].Image.Outside!.Spot.Length > 60);
            Assert.Equal("policy-1", records[^1].Decision.LedBy);
            Assert.Equal(0.010, records[^1].Image.Outside!.Spot[0], 9);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
