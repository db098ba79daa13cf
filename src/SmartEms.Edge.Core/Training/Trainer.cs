using System.Collections.Immutable;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Core.Training;

/// <summary>How long and how fast is learnt.</summary>
/// <param name="Seed">Of the first weights and the order of the chunks.</param>
/// <param name="Rounds">Steps of Adam.</param>
/// <param name="Batch">Chunks looked at in each.</param>
/// <param name="Rate">The first step's length; it falls to nothing by a cosine.</param>
/// <param name="Entropy">Likewise.</param>
public sealed record TrainingPlan(ulong Seed, int Rounds = 200, int Batch = 12, float Rate = 7e-4f, float Entropy = 0.003f)
{
    /// <summary>Shrinks weights towards the plan.</summary>
    public float Decay { get; init; } = 1e-5f;

    /// <summary>Does something for each of so many; in turn unless told otherwise. The result is the same on any number of threads.</summary>
    public Action<int, Action<int>> Each { get; init; } = InTurn;

    /// <summary>A policy that is to be fitted further; null = a new one is drawn.</summary>
    public PolicyFile? From { get; init; }

    /// <summary>The first layer stays as it is, so that what many homes have taught about the world is kept.</summary>
    public bool LastLayersOnly { get; init; }

    internal static void InTurn(int count, Action<int> act)
    {
        for (var i = 0; i < count; i++)
            act(i);
    }
}

/// <summary>Policy gradient with an exact critic: chunks are lived through under the policy, every mode weighed by what it really would have cost, and the network moved by Adam.
/// Gradients are added in the order of the chunks, whichever thread made them: the same seed gives the same bytes.</summary>
public static class Trainer
{
    private const float ClipNorm = 1;

    /// <summary>What ships is a mean over the last rounds, each counting so much of the one after it: single rounds differ by the chunks they happened to see.</summary>
    private const float Remembered = 0.98f;

    /// <param name="chunks">What is learnt from, one at least.</param>
    /// <param name="plan">How.</param>
    /// <param name="told">Every fiftieth round: its number and the mean cost in the batch.</param>
    public static PolicyFile Train(ImmutableArray<Chunk> chunks, TrainingPlan plan, Action<int, double>? told = null)
    {
        var network = plan.From is { } from ? TrainingNetwork.Of(from.Network) : TrainingNetwork.Drawn(plan.Seed);
        var (adam, chance) = (new Adam(TrainingNetwork.Size), new SeededRandom(SeededRandom.Mix(plan.Seed, 1)));
        var passes = new ChunkPass[plan.Batch];
        for (var i = 0; i < passes.Length; i++)
            passes[i] = new(chunks.Max(chunk => chunk.Steps));
        var (chosen, sum, cost) = (new int[plan.Batch], new float[TrainingNetwork.Size], 0.0);
        var (average, first) = (network.Weights.ToArray(), plan.LastLayersOnly ? TrainingNetwork.SecondAt : 0);
        for (var round = 0; round < plan.Rounds; round++)
        {
            var ahead = 0.5f * (1 + MathF.Cos(MathF.PI * round / plan.Rounds));
            for (var i = 0; i < chosen.Length; i++)
                chosen[i] = (int)(chance.NextDouble() * chunks.Length);
            plan.Each(plan.Batch, i => passes[i].Run(chunks[chosen[i]], network, plan.Entropy * ahead, round));
            cost += Sum(passes, sum);
            Array.Clear(sum, 0, first);
            Clip(sum);
            adam.Step(network.Weights, sum, (first, plan.Rate * ahead, plan.Decay));
            network.Turn();
            for (var j = first; j < average.Length; j++)
                average[j] = (Remembered * average[j]) + ((1 - Remembered) * network.Weights[j]);
            if ((round + 1) % 50 == 0)
            {
                told?.Invoke(round + 1, cost / 50);
                cost = 0;
            }
        }
        average.CopyTo(network.Weights, 0);
        return new(network.Whole(), plan.From?.Box ?? BoxOf(chunks), "");
    }

    /// <summary>The mean gradient, in the order of the chunks; gives the mean cost.</summary>
    private static double Sum(ChunkPass[] passes, float[] sum)
    {
        Array.Clear(sum);
        var cost = 0.0;
        foreach (var pass in passes)
        {
            for (var j = 0; j < sum.Length; j++)
                sum[j] += pass.Gradient[j] / passes.Length;
            cost += pass.Cost / passes.Length;
        }
        return cost;
    }

    private static void Clip(float[] gradient)
    {
        var squares = 0f;
        foreach (var one in gradient)
            squares += one * one;
        var norm = MathF.Sqrt(squares);
        if (norm <= ClipNorm)
            return;
        for (var i = 0; i < gradient.Length; i++)
            gradient[i] *= ClipNorm / norm;
    }

    /// <summary>Between the 0.1st and the 99.9th percentile of what training saw, with a little room; features that never moved may not move far.</summary>
    private static FeatureBox BoxOf(ImmutableArray<Chunk> chunks)
    {
        var (low, high) = (new float[Features.Count], new float[Features.Count]);
        for (var i = 0; i < Features.Count; i++)
        {
            var isCharge = i is >= Features.Charge and < Features.ChargeEnd;
            var values = isCharge ? [-1, 1] : chunks.SelectMany(chunk => Enumerable.Range(0, chunk.Steps).Select(t => chunk.World[(t * Features.Count) + i])).Order().ToArray();
            var (from, to) = (values[values.Length / 1000], values[^(1 + (values.Length / 1000))]);
            (low[i], high[i]) = (from - 0.01f, to + 0.01f);
        }
        return new(low, high);
    }

    /// <summary>Adam (Kingma and Ba 2015) with weights that shrink by themselves.</summary>
    private sealed class Adam(int size)
    {
        private const float Mean = 0.9f;
        private const float Spread = 0.999f;
        private readonly float[] _means = new float[size], _squares = new float[size];
        private float _meanLeft = 1, _squareLeft = 1;

        public void Step(float[] weights, float[] gradient, (int First, float Rate, float Decay) by)
        {
            var (first, rate, decay) = by;
            (_meanLeft, _squareLeft) = (_meanLeft * Mean, _squareLeft * Spread);
            for (var i = first; i < weights.Length; i++)
            {
                var slope = gradient[i] + (decay * weights[i]);
                _means[i] = (Mean * _means[i]) + ((1 - Mean) * slope);
                _squares[i] = (Spread * _squares[i]) + ((1 - Spread) * slope * slope);
                weights[i] -= rate * (_means[i] / (1 - _meanLeft)) / (MathF.Sqrt(_squares[i] / (1 - _squareLeft)) + 1e-8f);
            }
        }
    }
}
