using System.Numerics;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Proposing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Core.Training;

/// <summary>The network while it learns: the same arithmetic as <see cref="Network"/>, and its gradient. Vectors run over the places of a layer and never sum across, so that
/// their width changes no bit. Outputs are padded to sixteen.</summary>
internal sealed class TrainingNetwork
{
    public const int Inputs = Network.Inputs;
    public const int First = Network.First;
    public const int Second = Network.Second;
    public const int Padded = 16;

    /// <summary>Weights, then biases, of each layer, one after the other.</summary>
    public const int Size = ((Inputs + 1) * First) + ((First + 1) * Second) + ((Second + 1) * Padded);
    public const int SecondAt = (Inputs + 1) * First;
    public const int OutputAt = SecondAt + ((First + 1) * Second);

    private readonly float[] _secondTurned = new float[Second * First];
    private readonly float[] _outputTurned = new float[Padded * Second];

    public float[] Weights { get; } = new float[Size];

    /// <summary>Small even draws; the last layer zero, so that learning begins at the plan.</summary>
    public static TrainingNetwork Drawn(ulong seed)
    {
        var (network, chance) = (new TrainingNetwork(), new SeededRandom(seed));
        Draw(network.Weights.AsSpan(0, Inputs * First), 1 / MathF.Sqrt(Inputs / 3f), ref chance);
        Draw(network.Weights.AsSpan(SecondAt, First * Second), 1 / MathF.Sqrt(First / 3f), ref chance);
        network.Turn();
        return network;
    }

    /// <summary>One that goes on learning from where it stands.</summary>
    public static TrainingNetwork Of(Network known)
    {
        var network = new TrainingNetwork();
        var weights = known.Values;
        weights[..OutputAt].CopyTo(network.Weights);
        for (var i = 0; i <= Second; i++)
            weights.Slice(OutputAt + (i * Network.Outputs), Network.Outputs).CopyTo(network.Weights.AsSpan(OutputAt + (i * Padded)));
        network.Turn();
        return network;
    }

    private static void Draw(Span<float> weights, float most, ref SeededRandom chance)
    {
        foreach (ref var weight in weights)
            weight = (float)chance.Between(-most, most);
    }

    /// <summary>The second and third layer the other way round, for the way back; after each change of weights.</summary>
    public void Turn()
    {
        for (var i = 0; i < First; i++)
            for (var j = 0; j < Second; j++)
                _secondTurned[(j * First) + i] = Weights[SecondAt + (i * Second) + j];
        for (var i = 0; i < Second; i++)
            for (var j = 0; j < Padded; j++)
                _outputTurned[(j * Second) + i] = Weights[OutputAt + (i * Padded) + j];
    }

    /// <summary>The first layer's sums but for the features of the charge.</summary>
    public void World(ReadOnlySpan<float> features, Span<float> sums)
    {
        Weights.AsSpan(Inputs * First, First).CopyTo(sums);
        for (var i = 0; i < Inputs; i++)
            if ((i < Features.Charge || i >= Features.ChargeEnd) && features[i] != 0)
                Add(sums, features[i], Weights.AsSpan(i * First, First));
    }

    public void Forward(ReadOnlySpan<float> world, ReadOnlySpan<float> charge, Span<float> first, Span<float> second, Span<float> outputs)
    {
        world.CopyTo(first);
        Layer(charge, Weights.AsSpan(Features.Charge * First), first);
        Soften(first);
        Weights.AsSpan(SecondAt + (First * Second), Second).CopyTo(second);
        Layer(first, Weights.AsSpan(SecondAt), second);
        Soften(second);
        Weights.AsSpan(OutputAt + (Second * Padded), Padded).CopyTo(outputs);
        Layer(second, Weights.AsSpan(OutputAt), outputs);
    }

    /// <summary>Adds one sample's gradient; what reaches the first layer's sums is also added up for the world's features.</summary>
    public void Backward(ReadOnlySpan<float> charge, (float[] First, float[] Second, float[] Slopes) at, Span<float> worldSlopes, float[] gradient)
    {
        Span<float> second = stackalloc float[Second];
        Span<float> first = stackalloc float[First];
        second.Clear();
        first.Clear();
        Layer(at.Slopes.AsSpan(0, Chunk.Modes), _outputTurned, second);
        Outer(at.Second, at.Slopes, gradient.AsSpan(OutputAt));
        Add(gradient.AsSpan(OutputAt + (Second * Padded), Padded), 1, at.Slopes);
        Harden(second, at.Second);
        Layer(second, _secondTurned, first);
        Outer(at.First, second, gradient.AsSpan(SecondAt));
        Add(gradient.AsSpan(SecondAt + (First * Second), Second), 1, second);
        Harden(first, at.First);
        Outer(charge, first, gradient.AsSpan(Features.Charge * First));
        Add(worldSlopes, 1, first);
    }

    /// <summary>The gradient of the world's features and the first biases, from what <see cref="Backward"/> added up over all charges of a step.</summary>
    public static void BackwardWorld(ReadOnlySpan<float> features, ReadOnlySpan<float> worldSlopes, float[] gradient)
    {
        for (var i = 0; i < Inputs; i++)
            if ((i < Features.Charge || i >= Features.ChargeEnd) && features[i] != 0)
                Add(gradient.AsSpan(i * First, First), features[i], worldSlopes);
        Add(gradient.AsSpan(Inputs * First, First), 1, worldSlopes);
    }

    /// <summary>The network as it ships, without the padding.</summary>
    public Network Whole()
    {
        var weights = new float[Network.Weights];
        Weights.AsSpan(0, OutputAt).CopyTo(weights);
        for (var i = 0; i <= Second; i++)
            Weights.AsSpan(OutputAt + (i * Padded), Network.Outputs).CopyTo(weights.AsSpan(OutputAt + (i * Network.Outputs)));
        return new(weights);
    }

    /// <summary>target += factor × row.</summary>
    private static void Add(Span<float> target, float factor, ReadOnlySpan<float> row)
    {
        var wide = MemoryMarshal.Cast<float, Vector<float>>(target);
        var from = MemoryMarshal.Cast<float, Vector<float>>(row)[..wide.Length];
        var by = new Vector<float>(factor);
        for (var i = 0; i < wide.Length; i++)
            wide[i] += by * from[i];
    }

    /// <summary>outputs += inputs × weights, input after input.</summary>
    private static void Layer(ReadOnlySpan<float> inputs, ReadOnlySpan<float> weights, Span<float> outputs)
    {
        var to = MemoryMarshal.Cast<float, Vector<float>>(outputs);
        var from = MemoryMarshal.Cast<float, Vector<float>>(weights)[..(inputs.Length * to.Length)];
        for (var (i, at) = (0, 0); i < inputs.Length; i++, at += to.Length)
        {
            var by = new Vector<float>(inputs[i]);
            for (var j = 0; j < to.Length; j++)
                to[j] += by * from[at + j];
        }
    }

    /// <summary>gradient += inputs ⊗ slopes.</summary>
    private static void Outer(ReadOnlySpan<float> inputs, ReadOnlySpan<float> slopes, Span<float> gradient)
    {
        var from = MemoryMarshal.Cast<float, Vector<float>>(slopes);
        var to = MemoryMarshal.Cast<float, Vector<float>>(gradient)[..(inputs.Length * from.Length)];
        for (var (i, at) = (0, 0); i < inputs.Length; i++, at += from.Length)
        {
            var by = new Vector<float>(inputs[i]);
            for (var j = 0; j < from.Length; j++)
                to[at + j] += by * from[j];
        }
    }

    private static void Soften(Span<float> values)
    {
        foreach (ref var wide in MemoryMarshal.Cast<float, Vector<float>>(values))
            wide /= Vector<float>.One + Vector.Abs(wide);
    }

    /// <summary>The slope of softsign, from its value: (1 − |y|)².</summary>
    private static void Harden(Span<float> slopes, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < slopes.Length; i++)
            slopes[i] *= (1 - MathF.Abs(values[i])) * (1 - MathF.Abs(values[i]));
    }
}
