using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Recording;

/// <summary>Who would have paid what, as bytes and back.</summary>
internal static class ContestWire
{
    public static void Write(WireWriter to, Contest? contest)
    {
        to.Byte(contest is null ? (byte)0 : (byte)1);
        if (contest is null)
            return;
        to.Whole(contest.Day);
        to.Byte((byte)contest.Leader);
        to.Number(contest.Hours);
        to.Number(contest.PriceHours);
        foreach (var one in contest.Batteries)
        {
            to.Number(one.BeganWh);
            to.Number(one.EnergyWh);
            to.Number(one.Cost);
            to.Byte((byte)one.Mode);
        }
        to.Count((ulong)contest.Days.Length);
        foreach (var day in contest.Days)
        {
            to.Whole(day.Day);
            to.Number(day.Hours);
            foreach (var cost in day.Costs)
                to.Number(cost);
        }
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Contest? Read(ref WireReader from)
    {
        if (from.Byte() == 0)
            return null;
        var (day, leader) = (from.Whole(long.MinValue, long.MaxValue), WireReader.Known((Candidate)from.Byte()));
        if (leader is not (Candidate.Rule or Candidate.Plan or Candidate.Policy))
            throw new InvalidDataException($"what was learnt is damaged: {leader} cannot lead");
        var (hours, priceHours) = (from.Finite(), from.Finite());
        var batteries = new ContestBattery[Contest.Candidates];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = new(from.Finite(), from.Finite(), from.Finite(), WireReader.Known((BatteryMode)from.Byte()));
        var days = new ContestDay[from.Length(atLeastBytesEach: 8 * (Contest.Candidates + 1))];
        for (var i = 0; i < days.Length; i++)
        {
            var (of, measured, costs) = (from.Whole(long.MinValue, long.MaxValue), from.Finite(), new double[Contest.Candidates]);
            for (var k = 0; k < costs.Length; k++)
                costs[k] = from.Finite();
            days[i] = new(of, measured, ImmutableCollectionsMarshal.AsImmutableArray(costs));
        }
        return new Contest(day, ImmutableCollectionsMarshal.AsImmutableArray(batteries))
        {
            Leader = leader, Hours = hours, PriceHours = priceHours, Days = ImmutableCollectionsMarshal.AsImmutableArray(days),
        };
    }
}
