using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Training;
using Xunit;

namespace SmartEms.Edge.Tests.Training;

/// <summary>A policy is fitted to one site without forgetting what many have taught, and promoted only where weeks it never saw were cheaper.</summary>
public class TunerTests
{
    private static readonly TuningPlan Short = new(Rounds: 6);
    private static readonly Instant Start = new(1_470_009_600_000);

    [Fact]
    public void Fitting_moves_the_last_layers_alone_and_gives_the_same_bytes_on_any_number_of_threads()
    {
        var (trace, from) = (Lived(Short.LeastDays), PolicySource.BuiltIn());
        var one = Tuner.Run(trace, new(10_000, 5_000, 5_000), from, Short);
        var two = Tuner.Run(trace, new(10_000, 5_000, 5_000), from, Short with { Each = (count, act) => Parallel.For(0, count, new() { MaxDegreeOfParallelism = 2 }, act) });
        Assert.Equal(one.Policy.Write(), two.Policy.Write());
        Assert.Equal(one.Weeks.AsEnumerable(), two.Weeks);
        var first = (Network.Inputs + 1) * Network.First;
        Assert.True(one.Policy.Network.Values[..first].SequenceEqual(from.Network.Values[..first]));
        Assert.False(one.Policy.Network.Values[first..].SequenceEqual(from.Network.Values[first..]));
        Assert.Equal(from.Box.Low, one.Policy.Box.Low);
        Assert.Equal(from.Box.High, one.Policy.Box.High);
    }

    [Fact]
    public void Every_fourth_week_is_held_back()
    {
        var weeks = Tuner.Run(Lived(Short.LeastDays), new(10_000, 5_000, 5_000), PolicySource.BuiltIn(), Short).Weeks;
        Assert.Equal([49, 77, 105], weeks.Select(week => (int)((week.From - Start).TotalDays)));
        Assert.All(weeks, week => Assert.True(week.Plan > 0 && week.Before > 0 && week.After > 0));
    }

    [Fact]
    public void What_lies_in_the_weeks_held_back_does_not_change_what_is_learnt()
    {
        var trace = Lived(Short.LeastDays);
        var other = trace with { Load = [.. trace.Load.Select((watts, hour) => hour / 24 >= 105 ? watts * 3 : watts)] };
        var (one, two) = (Tuner.Run(trace, new(10_000, 5_000, 5_000), PolicySource.BuiltIn(), Short), Tuner.Run(other, new(10_000, 5_000, 5_000), PolicySource.BuiltIn(), Short));
        Assert.Equal(one.Policy.Write(), two.Policy.Write());
        Assert.NotEqual(one.Weeks[2], two.Weeks[2]);
    }

    [Fact]
    public void A_trace_too_short_to_judge_by_is_refused() =>
        Assert.Throws<ArgumentException>(() => Tuner.Run(Lived(Short.LeastDays - 1), new(10_000, 5_000, 5_000), PolicySource.BuiltIn(), Short));

    [Theory]
    [InlineData(true, 10.0, 10.0, 9.9, 9.9, 9.9)]
    [InlineData(false, 10.0, 10.0, 10.0, 10.0, 10.0)] // no better
    [InlineData(false, 10.0, 10.0, 9.0, 10.1, 10.1)] // one lucky week
    [InlineData(false, 9.0, 10.0, 9.5, 9.5, 9.5)] // better than before, worse than the plan
    [InlineData(false, 10.0, 9.0, 9.5, 9.5, 9.5)] // better than the plan, worse than before
    [InlineData(false, 10.0, 10.0, 9.9, 9.9, 10.3)] // worse in all
    public void It_is_promoted_only_where_it_was_cheaper_than_both(bool isBetter, double plan, double before, params double[] afters)
    {
        ImmutableArray<JudgedWeek> weeks = [.. afters.Select(after => new JudgedWeek(Start, plan, before, after))];
        Assert.Equal(isBetter, new Core.Training.Tuning(PolicyFile.PlanAlone, weeks).IsBetter);
    }

    /// <summary>A household with evenings, weekends, clouds, and dear evenings.</summary>
    private static BacktestTrace Lived(int days)
    {
        var (chance, hours) = (new Dice(7), days * 24);
        var (load, pv, import) = (new double[hours], new double[hours], new double[hours]);
        for (var h = 0; h < hours; h++)
        {
            var (hour, day) = (h % 24, h / 24);
            load[h] = (300 + (hour is >= 17 and < 22 ? 1_500 : 0) + (day % 7 >= 5 && hour is >= 9 and < 16 ? 600 : 0)) * (0.7 + (0.6 * chance.Share()));
            pv[h] = hour is > 6 and < 20 ? 3_500 * (1 - Math.Abs((hour - 13) / 7.0)) * (0.2 + (0.8 * chance.Share())) : 0;
            import[h] = hour is >= 16 and < 21 ? 0.45 : hour < 6 ? 0.2 : 0.28;
        }
        return new(Start, 60, [.. load], [.. pv], RetailPrices.Contract([.. import], [.. Enumerable.Repeat(0.08, hours)]));
    }
}
