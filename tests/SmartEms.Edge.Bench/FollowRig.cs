using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Bench;

/// <summary>Follow in charge of a simulated site without a wire: its step once a second, the site in tenths of one.</summary>
internal sealed class FollowRig
{
    public const double Tick = 0.1;
    private const int TicksPerStep = 10;

    /// <summary>As in the profiles of PV inverters.</summary>
    private const int LimitTimeoutMs = 60_000;

    private readonly Decision decision;
    private readonly Keeper[] limits;
    private FollowMemory memory;
    private int ticks;

    /// <param name="site">The site.</param>
    /// <param name="trace">Its sun and load.</param>
    /// <param name="settings">How its devices are.</param>
    /// <param name="limitDeadBand">Smaller changes of a plant's limit are not written, W.</param>
    public FollowRig(Site site, SiteTrace trace, SimulatedSiteSettings settings, double limitDeadBand = 0)
    {
        Physics = new(site, trace, settings);
        memory = FollowMemory.Fresh(site);
        limits = [.. site.PvPlants.Select(_ => new Keeper(new(ControlKind.PvLimit, []) { DeadBand = limitDeadBand, TimeoutMs = LimitTimeoutMs }))];
        decision = new(
            Slot.Of(settings.Start),
            "bench",
            [.. site.Batteries.Select(_ => new BatteryDecision(BatteryMode.SelfConsume, default, default))],
            [.. site.EvChargers.Select(_ => new EvDecision(EvMode.Off, default))],
            []);
    }

    /// <summary>Noon of a day in June.</summary>
    public static Instant Noon { get; } = Instant.From(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    public SimulatedSite Physics { get; }
    public RegulationMemory Learnt => memory.Regulation;

    /// <summary>The sum of the batteries' setpoints, W.</summary>
    public double Asked => memory.LastDischarge.Sum(power => power.Watts);

    public double AskedOf(int battery) => memory.LastDischarge[battery].Watts;

    /// <summary>Changes of the plants' limits that were written, lifting them included, and refreshes not.</summary>
    public int LimitWrites { get; private set; }

    private long NowMs => ticks * (long)(Tick * 1000);

    /// <summary>Another controller in place of Follow, asked at the same moments; for the bound of what can be reached.</summary>
    public Action<SimulatedSite>? InPlace { get; init; }

    /// <summary>A tenth of a second.</summary>
    public void Move()
    {
        if (ticks++ % TicksPerStep == 0)
            Act();
        Physics.Step(Tick);
    }

    public void Run(double seconds)
    {
        for (var i = 0; i < seconds / Tick; i++)
            Move();
    }

    private void Act()
    {
        if (InPlace is not null)
        {
            InPlace(Physics);
            return;
        }
        var step = Follow.Step(new(Physics.Image(), Physics.Site, decision, TimeSpan.Zero, 1), memory);
        memory = step.Memory;
        for (var i = 0; i < step.Setpoints.Batteries.Length; i++)
            Physics.CommandBattery(i, step.Setpoints.Batteries[i].Discharge.Watts, 60);
        for (var i = 0; i < step.Setpoints.PvPlants.Length; i++)
            Limit(i, step.Setpoints.PvPlants[i].Limit);
    }

    /// <summary>As a device's session does: only a change beyond the dead band is written, and a standing limit again before the inverter's own timeout.</summary>
    private void Limit(int plant, Power? limit)
    {
        var keeper = limits[plant];
        if (limit is not { } most)
        {
            LimitWrites += keeper.LastSent is null ? 0 : 1;
            keeper.Forget();
            Physics.ReleasePv(plant);
            return;
        }
        keeper.Approve(most.Watts, NowMs, LimitTimeoutMs);
        if (keeper.Due(NowMs) is not { } due)
            return;
        LimitWrites += due == keeper.LastSent ? 0 : 1;
        keeper.Sent(due, NowMs);
        Physics.LimitPv(plant, due, LimitTimeoutMs / 1000.0);
    }
}

/// <summary>The sites the bench looks at.</summary>
internal static class FollowSites
{
    public static Site Site(double exportMax, double pvWatts, params Battery[] batteries) => new(
        "bench", "Bench", new Pcc(0, Power.FromWatts(20_000), Power.FromWatts(exportMax), Current.FromAmperes(63)), Tariff.Unpriced, [new("meter", "any", new("127.0.0.1", 502, 1))])
    {
        Batteries = [.. batteries],
        PvPlants = pvWatts > 0 ? [new PvPlant("roof", 0, Power.FromWatts(pvWatts), Curtailable: true)] : [],
    };

    public static Battery Battery(string name, double wattHours, double watts) => new(name, 0, null, Energy.FromWattHours(wattHours), Power.FromWatts(watts), Power.FromWatts(watts));

    /// <summary>The same power all day.</summary>
    public static SiteTrace Flat(double loadWatts, double pvWatts)
    {
        var csv = new StringBuilder("local_time,load_w,pv_w\n");
        for (var hour = 0; hour < 24; hour++)
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"2024-01-01T{hour:00}:00,{loadWatts},{pvWatts}\n");
        return SiteTrace.Parse(csv.ToString());
    }
}

/// <summary>How a device is late by some seconds: it approaches slowly, it does nothing at first, or it does soon and tells late.</summary>
internal enum Lateness
{
    Slow,
    Dead,
    Old,
}

/// <summary>A simulated battery of each kind of lateness.</summary>
internal static class LateBattery
{
    /// <summary>The fastest approach the simulation knows, s.</summary>
    private const double Prompt = 0.2;

    public static SimulatedBatterySettings Of(Lateness kind, double seconds, double soc = 0.5) => kind switch
    {
        Lateness.Slow => new() { Soc = soc, LatencySeconds = seconds },
        Lateness.Dead => new() { Soc = soc, LatencySeconds = Prompt, DeadSeconds = seconds - Prompt },
        _ => new() { Soc = soc, LatencySeconds = Prompt, ReadingDelaySeconds = seconds - Prompt },
    };
}
