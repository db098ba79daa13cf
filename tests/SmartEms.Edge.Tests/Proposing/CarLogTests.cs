using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Proposing;

/// <summary>What a charger's log keeps of a stay.</summary>
public sealed class CarLogTests
{
    private static readonly Instant Evening = Instant.From(new(2026, 6, 1, 18, 0, 0, TimeSpan.Zero));

    private static EvReadings Car(EvState state, double watts) => new() { State = Reading.Good(state), Charge = Reading.Good(Power.FromWatts(watts)) };

    [Fact]
    public void What_a_car_took_in_its_last_minutes_is_kept()
    {
        var (log, stay) = (CarLog.Empty, default(CarStay));
        for (var minute = 1; minute <= 30; minute++)
        {
            var state = minute <= 25 ? EvState.Charging : EvState.NoCar;
            stay = stay.After(Car(state, minute <= 25 ? 12_000 : 0), (12_000, Power.FromWatts(12_000)), 60);
            if (minute % 15 == 0)
                log = log.After(Evening + TimeSpan.FromMinutes(minute), Reading.Good(state), stay);
        }
        Assert.Null(log.Since);
        Assert.Equal(5_000, Assert.Single(log.Stays).ChargedWh, 6);
        Assert.Equal(9_000, stay.Missing(9_000)); // the next car has nothing yet
        stay = stay.After(Car(EvState.Charging, 12_000), (12_000, Power.FromWatts(12_000)), 60);
        Assert.Equal(200, stay.Wh, 6);
    }
}
