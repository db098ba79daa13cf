namespace SmartEms.Edge.Core.Proposing;

/// <summary>A small network: 72 numbers in, two layers of softsign, seven battery modes and five charger modes out. Plain loops in a fixed order, so that every machine
/// comes to the same bits.</summary>
public sealed class Network
{
    public const int Inputs = Features.Count;
    public const int First = 48;
    public const int Second = 16;
    public const int Outputs = 12;
    public const int Weights = (Inputs * First) + First + (First * Second) + Second + (Second * Outputs) + Outputs;

    private readonly float[] _weights;

    /// <param name="weights">Layer by layer: for each input its weights to all outputs, then the biases.</param>
    public Network(float[] weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, Weights);
        _weights = weights;
    }

    /// <summary>Every weight zero: the plan decides alone.</summary>
    public static Network Zero { get; } = new(new float[Weights]);

    public ReadOnlySpan<float> Values => _weights;

    public void Infer(ReadOnlySpan<float> features, Span<float> outputs)
    {
        Span<float> first = stackalloc float[First];
        Span<float> second = stackalloc float[Second];
        var rest = Layer(_weights, features, first);
        Soften(first);
        rest = Layer(rest, first, second);
        Soften(second);
        Layer(rest, second, outputs);
    }

    private static ReadOnlySpan<float> Layer(ReadOnlySpan<float> weights, ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        var length = outputs.Length;
        weights.Slice(inputs.Length * length, length).CopyTo(outputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            if (input == 0)
                continue;
            var row = weights.Slice(i * length, length);
            for (var j = 0; j < outputs.Length; j++)
                outputs[j] += input * row[j];
        }
        return weights[((inputs.Length + 1) * length)..];
    }

    private static void Soften(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] /= 1 + Math.Abs(values[i]);
    }
}
