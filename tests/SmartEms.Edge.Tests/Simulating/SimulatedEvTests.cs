using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

public class SimulatedEvTests
{
    private readonly SimulatedSite _site = Homes.Simulate(Homes.Site(batteries: 0), Homes.Flat(0, 0));
    private SimulatedEv Charger => _site.EvChargers[0];

    [Fact]
    public void A_car_starts_three_to_eight_seconds_after_the_offer_and_stops_when_it_is_withdrawn()
    {
        _site.PlugIn(0, 10_000, 36_000);
        _site.OfferEv(0, 5.9, 3600);
        _site.Run(60);
        Assert.Equal(EvState.Connected, Charger.State);
        Assert.Equal(0, Charger.OfferedAmperes);
        _site.OfferEv(0, 10, 3600);
        var waited = 0.0;
        while (Charger.State != EvState.Charging && waited < 60)
        {
            _site.Step(0.1);
            waited += 0.1;
        }

        Assert.InRange(waited, 3, 8.2);
        _site.Run(20);
        Assert.Equal(10 * 690, Charger.ChargeWatts, 1.0);
        _site.OfferEv(0, 0, 3600);
        _site.Step(1);
        Assert.Equal(0, Charger.ChargeWatts);
        Assert.Equal(EvState.Connected, Charger.State);
    }

    [Fact]
    public void On_one_phase_it_draws_a_third_and_a_contactor_that_moves_under_current_is_counted()
    {
        _site.PlugIn(0, 10_000, 36_000);
        _site.OfferEv(0, 10, 3600);
        _site.Run(30);
        _site.SwitchEv(0, 1);
        _site.Run(10);
        Assert.Equal(10 * 230, Charger.ChargeWatts, 1.0);
        _site.OfferEv(0, 0, 3600);
        _site.Run(2);
        _site.SwitchEv(0, 1); // it stands there already
        _site.SwitchEv(0, 3);
        Assert.Equal((3, 2, 1), (Charger.CarPhases, Charger.PhaseSwitches, Charger.SwitchesUnderCurrent));
    }

    [Fact]
    public void A_car_tapers_at_the_end_and_takes_exactly_what_it_needs()
    {
        _site.PlugIn(0, 5_000, 36_000);
        var highest = 0.0;
        for (var i = 0; i < 2 * 3600; i++)
        {
            _site.OfferEv(0, 32, 60);
            _site.Step(1);
            highest = Math.Max(highest, Charger.ChargeWatts);
            if (Charger.SessionWattHours is > 4_800 and < 4_990)
                Assert.InRange(Charger.Amperes, 2, 9);
        }

        Assert.Equal(16 * 690, highest, 1.0);
        Assert.Equal(5_000, Charger.SessionWattHours, 0.02);
        Assert.Equal(EvState.Connected, Charger.State);
        Assert.Equal(0, Charger.ChargeWatts);
    }

    [Fact]
    public void Unplugging_ends_the_session()
    {
        _site.PlugIn(0, 10_000, 600);
        _site.Run(601);
        Assert.Equal(EvState.NoCar, Charger.State);
        Assert.Equal(0, Charger.ChargeWatts);
        Assert.InRange(Charger.SessionWattHours, 500, 700);
        _site.PlugIn(0, 10_000, 600);
        _site.Run(30);
        Assert.Equal(EvState.Charging, Charger.State);
        _site.Unplug(0);
        Assert.Equal(EvState.NoCar, Charger.State);
    }

    [Fact]
    public void A_year_of_cars_has_the_habits_of_a_household()
    {
        var site = Homes.Simulate(Homes.Site(batteries: 0), Homes.Flat(0, 0), arrivals: true);
        var charger = site.EvChargers[0];
        List<double> arrivals = [], stays = [], needs = [];
        var (arrived, need) = (default(Instant), 0.0);
        for (var minute = 0; minute < 365 * 1440; minute++)
        {
            var before = charger.State;
            var begun = charger.SessionsBegun;
            site.OfferEv(0, 16, 120);
            site.Step(60);
            if (before != EvState.NoCar && (charger.State == EvState.NoCar || charger.SessionsBegun > begun))
            {
                stays.Add((site.Now - arrived).TotalHours);
                needs.Add(need);
            }

            if (charger.SessionsBegun > begun)
            {
                arrived = site.Now;
                need = charger.WantedWattHours + charger.SessionWattHours;
                arrivals.Add(site.Now.ToDateTimeOffset().TimeOfDay.TotalHours);
            }
        }

        Assert.InRange(arrivals.Count, 290, 400);
        Assert.InRange(Median(arrivals), 16.5, 18);
        Assert.InRange(Median(stays), 8.5, 10.5);
        Assert.InRange(Median(needs), 11_500, 14_000);
        Assert.InRange(needs.Max(), 18_000, 22_000);
        Assert.InRange(charger.ChargedWattHours, 0.9 * needs.Sum(), needs.Sum() + 22_000);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
