using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Training;

/// <summary>How departures are learnt.</summary>
/// <param name="Seed">Of which stays and features each tree sees.</param>
/// <param name="Trees">One after another.</param>
/// <param name="Rate">Part of each tree's advice that is taken.</param>
/// <param name="Ridge">Added to the curvature of each leaf, so that few rows say little.</param>
public sealed record LeavePlan(ulong Seed = 1, int Trees = 300, double Rate = 0.07, double Ridge = 10)
{
    /// <summary>Chance that a tree sees a stay, and that it may ask for a feature.</summary>
    public double StayPart { get; init; } = 0.5;
    public double FeaturePart { get; init; } = 0.6;
}

/// <summary>Gradient boosting of the log-odds to leave (Friedman 2001, by histograms of binned features as in LightGBM), one thread, sums in the order of the rows: the
/// same seed gives the same bytes.</summary>
public sealed class LeaveTrainer
{
    private const int Bins = 64;

    /// <summary>The last bin is of what is not known.</summary>
    private const int Unknown = Bins - 1;

    /// <summary>A leaf stands on this much curvature at least, about so many departures.</summary>
    private const double LeastCurvature = 4;

    private readonly LeavePlan _plan;
    private readonly float[][] _edges = new float[StayFeatures.Count][];
    private readonly byte[][] _bins = new byte[StayFeatures.Count][];
    private readonly bool[] _left;
    private readonly int[] _stay;
    private readonly double[] _odds, _slopes, _curves;
    private readonly byte[] _place;
    private readonly int _stays;
    private readonly double[] _slopeSums = new double[(1 << (LeaveTrees.Depth - 1)) * Bins], _curveSums = new double[(1 << (LeaveTrees.Depth - 1)) * Bins];
    private SeededRandom _chance;

    private LeaveTrainer(StayRows rows, Func<int, bool> user, LeavePlan plan)
    {
        (_plan, _chance, _stays) = (plan, new(plan.Seed), rows.Stays);
        var chosen = Enumerable.Range(0, rows.Left.Length).Where(row => user(rows.User[row])).ToArray();
        _left = [.. chosen.Select(row => rows.Left[row])];
        _stay = [.. chosen.Select(row => rows.Stay[row])];
        for (var feature = 0; feature < StayFeatures.Count; feature++)
        {
            var values = chosen.Select(row => rows.Values[(row * StayFeatures.Count) + feature]).ToArray();
            _edges[feature] = Edges(values);
            _bins[feature] = [.. values.Select(value => Bin(_edges[feature], value))];
        }
        (_odds, _slopes, _curves, _place) = (new double[chosen.Length], new double[chosen.Length], new double[chosen.Length], new byte[chosen.Length]);
    }

    /// <summary>Learns from the users asked for.</summary>
    /// <param name="rows">Of all users.</param>
    /// <param name="user">Whether a user, by place, may be learnt from.</param>
    /// <param name="plan">How.</param>
    public static LeaveTrees Train(StayRows rows, Func<int, bool> user, LeavePlan plan) => new LeaveTrainer(rows, user, plan).Run();

    private LeaveTrees Run()
    {
        var mean = _left.Count(left => left) / (double)_left.Length;
        var start = Math.Log(mean / (1 - mean));
        Array.Fill(_odds, start);
        var (features, limits, leaves) = (new byte[_plan.Trees * LeaveTrees.Questions], new float[_plan.Trees * LeaveTrees.Questions], new float[_plan.Trees * LeaveTrees.Ends]);
        for (var tree = 0; tree < _plan.Trees; tree++)
            Grow(features.AsSpan(tree * LeaveTrees.Questions, LeaveTrees.Questions), limits.AsSpan(tree * LeaveTrees.Questions, LeaveTrees.Questions), leaves.AsSpan(tree * LeaveTrees.Ends, LeaveTrees.Ends));
        return new(start, features, limits, leaves);
    }

    /// <summary>Edges between bins, so that each holds about as many rows; at most one fewer than the bins that are left for what is known.</summary>
    private static float[] Edges(float[] values)
    {
        var known = values.Where(value => !float.IsNaN(value)).ToArray();
        Array.Sort(known);
        return known.Length == 0 ? [] : [.. Enumerable.Range(1, Unknown - 1).Select(i => known[(int)((long)i * known.Length / Unknown)]).Where(edge => edge < known[^1]).Distinct()];
    }

    private static byte Bin(float[] edges, float value)
    {
        if (float.IsNaN(value))
            return Unknown;
        var at = Array.BinarySearch(edges, value);
        return (byte)(at >= 0 ? at : ~at);
    }

    private void Grow(Span<byte> features, Span<float> limits, Span<float> leaves)
    {
        var seen = Sample();
        var asked = Enumerable.Range(0, StayFeatures.Count).Where(_ => _chance.Chance(_plan.FeaturePart)).ToArray();
        Array.Clear(_place);
        var questions = new (byte Feature, int Bin)[LeaveTrees.Questions];
        for (var level = 0; level < LeaveTrees.Depth; level++)
        {
            var (first, nodes) = ((1 << level) - 1, 1 << level);
            Split(questions.AsSpan(first, nodes), seen, asked);
            for (var row = 0; row < _place.Length; row++)
            {
                var (feature, bin) = questions[first + _place[row]];
                _place[row] = (byte)((2 * _place[row]) + (bin < 0 || _bins[feature][row] <= bin ? 0 : 1));
            }
        }
        for (var i = 0; i < questions.Length; i++)
            (features[i], limits[i]) = (questions[i].Feature, questions[i].Bin < 0 ? float.MaxValue : _edges[questions[i].Feature][questions[i].Bin]);
        Leaves(seen, leaves);
        Together(questions, leaves);
        for (var row = 0; row < _odds.Length; row++)
            _odds[row] += leaves[_place[row]];
    }

    /// <summary>Where nothing was asked, both ways lead to the same: what is not known would take the other one.</summary>
    private static void Together((byte Feature, int Bin)[] questions, Span<float> leaves)
    {
        for (var level = LeaveTrees.Depth - 1; level >= 0; level--)
            for (var node = 0; node < 1 << level; node++)
                if (questions[(1 << level) - 1 + node].Bin < 0)
                {
                    var part = leaves.Slice(node << (LeaveTrees.Depth - level), 1 << (LeaveTrees.Depth - level));
                    part[..(part.Length / 2)].CopyTo(part[(part.Length / 2)..]);
                }
    }

    /// <summary>The rows of the stays this tree sees, with slope and curvature of their likelihood.</summary>
    private int[] Sample()
    {
        var sees = new bool[_stays];
        for (var stay = 0; stay < sees.Length; stay++)
            sees[stay] = _chance.Chance(_plan.StayPart);
        var seen = new List<int>(_left.Length);
        for (var row = 0; row < _left.Length; row++)
        {
            if (!sees[_stay[row]])
                continue;
            var chance = 1 / (1 + Math.Exp(-_odds[row]));
            (_slopes[row], _curves[row]) = ((_left[row] ? 1 : 0) - chance, chance * (1 - chance));
            seen.Add(row);
        }
        return [.. seen];
    }

    /// <summary>The best question of each node of a level; bin -1 = none is worth asking.</summary>
    private void Split(Span<(byte Feature, int Bin)> nodes, int[] seen, int[] asked)
    {
        var gains = new double[nodes.Length];
        nodes.Fill((0, -1));
        foreach (var feature in asked)
        {
            Array.Clear(_slopeSums);
            Array.Clear(_curveSums);
            var bins = _bins[feature];
            foreach (var row in seen)
            {
                var at = (_place[row] * Bins) + bins[row];
                _slopeSums[at] += _slopes[row];
                _curveSums[at] += _curves[row];
            }
            for (var node = 0; node < nodes.Length; node++)
                if (Best(node * Bins, _edges[feature].Length) is var (gain, bin) && gain > gains[node])
                    (gains[node], nodes[node]) = (gain, ((byte)feature, bin));
        }
    }

    private (double Gain, int Bin) Best(int first, int edges)
    {
        var (slope, curve) = (0.0, 0.0);
        for (var bin = 0; bin < Bins; bin++)
            (slope, curve) = (slope + _slopeSums[first + bin], curve + _curveSums[first + bin]);
        var (best, whole, left) = ((Gain: 0.0, Bin: -1), Worth(slope, curve), (Slope: 0.0, Curve: 0.0));
        for (var bin = 0; bin < edges; bin++)
        {
            left = (left.Slope + _slopeSums[first + bin], left.Curve + _curveSums[first + bin]);
            if (left.Curve < LeastCurvature || curve - left.Curve < LeastCurvature)
                continue;
            var gain = Worth(left.Slope, left.Curve) + Worth(slope - left.Slope, curve - left.Curve) - whole;
            if (gain > best.Gain)
                best = (gain, bin);
        }
        return best;
    }

    private double Worth(double slope, double curve) => slope * slope / (curve + _plan.Ridge);

    private void Leaves(int[] seen, Span<float> leaves)
    {
        var sums = new (double Slope, double Curve)[LeaveTrees.Ends];
        foreach (var row in seen)
            sums[_place[row]] = (sums[_place[row]].Slope + _slopes[row], sums[_place[row]].Curve + _curves[row]);
        for (var leaf = 0; leaf < sums.Length; leaf++)
            leaves[leaf] = (float)(_plan.Rate * sums[leaf].Slope / (sums[leaf].Curve + _plan.Ridge));
    }
}
