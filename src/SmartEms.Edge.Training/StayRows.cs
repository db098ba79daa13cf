using System.Collections.Immutable;
using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Training;

/// <summary>The quarter-hours of all measured stays, as departures are learnt from: one row for each while the car was there, and whether it left in it. Every stay is
/// there twice, with what the car wanted and without, so that both can be foretold.</summary>
public sealed class StayRows
{
    /// <summary>What lies later is not learnt from, h.</summary>
    private const int HoursMost = 48;

    /// <summary>Rows one after another, <see cref="StayFeatures.Count"/> numbers each.</summary>
    internal float[] Values { get; private init; } = [];

    internal bool[] Left { get; private init; } = [];

    /// <summary>Whose stay it is, by the user's place.</summary>
    internal int[] User { get; private init; } = [];

    /// <summary>Which stay it is of, with and without what the car wanted counted apart.</summary>
    internal int[] Stay { get; private init; } = [];

    internal int Stays { get; private init; }

    public static StayRows Of(IReadOnlyList<MeasuredStay[]> users)
    {
        var (values, left, user, stay, stays) = (new List<float>(), new List<bool>(), new List<int>(), new List<int>(), 0);
        var row = new float[StayFeatures.Count];
        for (var u = 0; u < users.Count; u++)
            for (var i = 0; i < users[u].Length; i++)
                foreach (var knows in (ReadOnlySpan<bool>)[true, false])
                {
                    var one = users[u][i];
                    var features = new StayFeatures(new(Before(users[u], i), one.In, knows ? one.Wh : null, LocalClock.Of(one.In, TrondheimStays.Zone)));
                    var first = FirstStep(one.In);
                    var steps = Math.Max(1, (int)Math.Ceiling((one.Out - first) / Slot.Length));
                    for (var step = 0; step < Math.Min(steps, HoursMost * 4); step++)
                    {
                        features.Write(((first - one.In) / TimeSpan.FromHours(1)) + ((step + 0.5) * LeaveTrees.StepHours), LeaveTrees.StepHours / 2, row);
                        values.AddRange(row);
                        left.Add(step == steps - 1);
                        user.Add(u);
                        stay.Add(stays);
                    }
                    stays++;
                }
        return new() { Values = [.. values], Left = [.. left], User = [.. user], Stay = [.. stay], Stays = stays };
    }

    /// <summary>What a charger's log would hold when this stay begins.</summary>
    private static ImmutableArray<EvStay> Before(MeasuredStay[] stays, int index) =>
        [.. stays[Math.Max(0, index - CarLog.StaysMost)..index].Select(stay => new EvStay(stay.In, stay.Out, stay.Wh))];

    private static Instant FirstStep(Instant pluggedIn)
    {
        var length = (long)Slot.Length.TotalMilliseconds;
        return new((pluggedIn.UnixMilliseconds + length - 1) / length * length);
    }
}
