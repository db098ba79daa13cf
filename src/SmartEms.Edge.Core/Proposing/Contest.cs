using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>Who could lead a battery. <see cref="NoBattery"/> only tells what there is to save, <see cref="Led"/> is whoever did lead.</summary>
public enum Candidate : byte
{
    NoBattery,
    Rule,
    Plan,
    Policy,
    Led,
}

/// <summary>What a step brought, once it is over.</summary>
/// <param name="Net">Load less production, W.</param>
/// <param name="Import">Per kWh, the price of its carbon included where the site has one.</param>
/// <param name="Export">Per kWh.</param>
/// <param name="Hours">How long it was.</param>
/// <param name="MayCurtail">A plant was kept from exporting at a negative price.</param>
public readonly record struct ContestStep(double Net, double Import, double Export, double Hours, bool MayCurtail)
{
    /// <summary>What peaks cost; null = nothing.</summary>
    public DemandCharge? Demand { get; init; }
}

/// <summary>A candidate's battery as it would be had it led all the time: charge and bill since the day began, and what it chose for the step that runs.</summary>
public readonly record struct ContestBattery(double BeganWh, double EnergyWh, double Cost, BatteryMode Mode)
{
    /// <summary>W: the highest import of the billing period that its bill holds; 0 where peaks are free.</summary>
    public double Peak { get; init; }
}

/// <summary>What each candidate would have paid on a local day, wear included, what its battery held more or less at the end credited or debited.</summary>
/// <param name="Day">Days since 1970-01-01.</param>
/// <param name="Hours">How much of the day was measured.</param>
/// <param name="Costs">In the site's currency, in the order of <see cref="Candidate"/>.</param>
public sealed record ContestDay(long Day, double Hours, ImmutableArray<double> Costs)
{
    public double Of(Candidate candidate) => Costs[(int)candidate];
}

/// <summary>Rule, plan and policy live through what the site measures side by side, each with a battery of its own on paper. What nobody can influence, load and sun, is the
/// same for all, so what each would have paid is worked out, not guessed. Whoever was best over the last 14 days leads.</summary>
/// <param name="Day">The local day that runs.</param>
/// <param name="Batteries">In the order of <see cref="Candidate"/>.</param>
public sealed record Contest(long Day, ImmutableArray<ContestBattery> Batteries)
{
    public const int Candidates = 5;

    /// <summary>So many days decide who leads.</summary>
    public const int WindowDays = 14;

    /// <summary>So many are kept to be told.</summary>
    public const int KeptDays = 62;

    /// <summary>Fewer decide nothing.</summary>
    private const int LeastDays = 3;

    /// <summary>A day of which less was measured does not count.</summary>
    private const double LeastHours = 20;

    /// <summary>The rule takes the lead from a plan that has cost this part of the bill without a battery more, and gives it back to one that has cost no more than itself.
    /// A plan that loses a little over two weeks is no worse than others in the next two (docs/decisions/planning.md).</summary>
    private const double Margin = 0.03;

    /// <summary>What a kWh left in a battery is worth, against the mean import price: it comes out with losses, and not always at the best time.</summary>
    private const double StoredShare = 0.8;

    public ImmutableArray<ContestDay> Days { get; init; } = [];
    public Candidate Leader { get; init; } = Candidate.Policy;

    /// <summary>Of the running day: hours booked, and the sum of the import price over them.</summary>
    public double Hours { get; init; }
    public double PriceHours { get; init; }

    public static Contest Begin(long day, double energy)
    {
        var batteries = new ContestBattery[Candidates];
        Array.Fill(batteries, new(energy, energy, 0, BatteryMode.Idle));
        return new(day, ImmutableArray.Create(batteries));
    }

    public ContestBattery Of(Candidate candidate) => Batteries[(int)candidate];

    /// <summary>Each candidate carries out what it chose.</summary>
    public Contest Book(in ContestStep step, Storage storage)
    {
        var (reach, terms) = (new Reach(storage, step.Hours), StepTerms.Free with { MayCurtail = step.MayCurtail });
        var batteries = ImmutableArray.CreateBuilder<ContestBattery>(Candidates);
        foreach (var one in Batteries)
        {
            var power = reach.Possible(one.EnergyWh, ModeFlow.Allowed(one.Mode, step.Net, reach, terms));
            var flow = ModeFlow.Close(step.Net, power, 0, step.Export, terms);
            var cost = ((flow.Import * step.Import) - (flow.Export * step.Export) + (Math.Max(0, power) * storage.WearPerKwh)) * step.Hours / 1000;
            var peak = step.Demand is { } demand ? Math.Max(Math.Max(one.Peak, demand.Least.Watts), flow.Import) : one.Peak;
            if (step.Demand is { } charge)
                cost += charge.PerKilowatt * (peak - Math.Max(one.Peak, charge.Least.Watts)) / 1000;
            batteries.Add(one with { EnergyWh = reach.After(one.EnergyWh, power), Cost = one.Cost + cost, Peak = peak });
        }
        return this with { Batteries = batteries.MoveToImmutable(), Hours = Hours + step.Hours, PriceHours = PriceHours + (step.Import * step.Hours) };
    }

    /// <summary>Another billing period begins, and no peak is paid for in it.</summary>
    public Contest WithoutPeaks() => this with { Batteries = [.. Batteries.Select(one => one with { Peak = 0 })] };

    /// <summary>Closes the day when another has begun, and says who leads from now on.</summary>
    public Contest Turn(long day, Storage storage, DemandCharge? demand = null)
    {
        if (day == Day)
            return this;
        if (Hours <= 0)
            return this with { Day = day };
        var value = StoredShare * storage.DischargeEfficiency * Math.Max(0, PriceHours / Hours) / 1000;
        var (costs, batteries) = (ImmutableArray.CreateBuilder<double>(Candidates), ImmutableArray.CreateBuilder<ContestBattery>(Candidates));
        foreach (var one in Batteries)
        {
            costs.Add(one.Cost - (value * (one.EnergyWh - one.BeganWh)));
            batteries.Add(one with { BeganWh = one.EnergyWh, Cost = 0 });
        }
        var days = Days.Add(new(Day, Hours, costs.MoveToImmutable()));
        if (days.Length > KeptDays)
            days = days.RemoveRange(0, days.Length - KeptDays);
        return new Contest(day, batteries.MoveToImmutable()) { Days = days, Leader = Best(days, demand) };
    }

    /// <summary>What each candidate does in the step that begins.</summary>
    public Contest Choose(BatteryMode plan, BatteryMode policy, BatteryMode led) => this with
    {
        Batteries =
        [
            Of(Candidate.NoBattery) with { Mode = BatteryMode.Idle },
            Of(Candidate.Rule) with { Mode = BatteryMode.SelfConsume },
            Of(Candidate.Plan) with { Mode = plan },
            Of(Candidate.Policy) with { Mode = policy },
            Of(Candidate.Led) with { Mode = led },
        ],
    };

    /// <summary>What the leader would have paid less than the best of the others over the days that decide; negative where one of them is better by too little to take over.</summary>
    public double Lead(Candidate leader)
    {
        var least = double.PositiveInfinity;
        for (var other = Candidate.Rule; other <= Candidate.Policy; other++)
            if (other != leader)
                least = Math.Min(least, Over(Days, leader, other).Saved);
        return least;
    }

    /// <summary>What a candidate has saved against another over the days that decide; the second number is the bill without a battery, never negative.</summary>
    public static (double Saved, double Bill) Over(ImmutableArray<ContestDay> days, Candidate candidate, Candidate against)
    {
        var (saved, bill, left) = (0.0, 0.0, WindowDays);
        for (var i = days.Length - 1; i >= 0 && left > 0; i--)
        {
            if (days[i].Hours < LeastHours)
                continue;
            left--;
            (saved, bill) = (saved + days[i].Of(against) - days[i].Of(candidate), bill + Math.Abs(days[i].Of(Candidate.NoBattery)));
        }
        return (saved, bill);
    }

    /// <summary>The rule has paid on paper for a peak that the site itself has been spared, and would raise it in earnest: that price stands before its lead.</summary>
    private Candidate Best(ImmutableArray<ContestDay> days, DemandCharge? demand)
    {
        var sound = 0;
        foreach (var day in days)
            sound += day.Hours >= LeastHours ? 1 : 0;
        if (sound < LeastDays)
            return Leader;
        var (policy, bill) = Over(days, Candidate.Policy, Candidate.Rule);
        var (plan, _) = Over(days, Candidate.Plan, Candidate.Rule);
        var brain = policy >= plan - (Leader == Candidate.Plan ? 0 : Margin * bill) ? Candidate.Policy : Candidate.Plan;
        var raised = demand is null ? 0 : demand.PerKilowatt * Math.Max(0, Of(Candidate.Rule).Peak - Of(Candidate.Led).Peak) / 1000;
        return Math.Max(policy, plan) < (Leader == Candidate.Rule ? 0 : (-Margin * bill) - raised) ? Candidate.Rule : brain;
    }
}
