using SmartEms.Edge.Core.Proposing;

namespace SmartEms.Edge.Core.Training;

/// <summary>One chunk lived through under the policy as it stands: which modes it takes at each charge, what each of them then really costs to the chunk's end, where the
/// policy would be, and from all that the gradient. An exact critic, for the trace tells what every other mode would have done.</summary>
internal sealed class ChunkPass
{
    private const int Points = Chunk.Points;
    private const int Modes = Chunk.Modes;
    private const int Charges = Features.ChargeEnd - Features.Charge;

    /// <summary>The last two days only close the account; nothing is learnt from them.</summary>
    private const int Unlearnt = 48;

    /// <summary>This part of the weight goes where the policy would be, the rest everywhere alike.</summary>
    private const float Visited = 0.7f;

    /// <summary>Neighbouring charges teach nearly the same: one of so many is looked at.</summary>
    private const int Every = 3;

    private readonly float[] _chances, _losses, _visits, _first, _second, _bends;
    private readonly float[] _toGo = new float[Points];

    public ChunkPass(int steps)
    {
        _chances = new float[steps * Points * Modes];
        _losses = new float[steps * Points * Modes];
        _visits = new float[(steps + 1) * Points];
        _first = new float[steps * Points * TrainingNetwork.First];
        _second = new float[steps * Points * TrainingNetwork.Second];
        _bends = new float[steps * Points * Modes];
    }

    public float[] Gradient { get; } = new float[TrainingNetwork.Size];

    /// <summary>What the policy would have paid from an even charge at the begin, per step.</summary>
    public float Cost { get; private set; }

    /// <param name="chunk">What is lived through.</param>
    /// <param name="network">The policy.</param>
    /// <param name="entropy">What staying undecided is worth.</param>
    /// <param name="round">Each learns from every third charge, the next from its neighbours.</param>
    public void Run(Chunk chunk, TrainingNetwork network, float entropy, int round)
    {
        Array.Clear(Gradient);
        Array.Clear(_visits);
        Forward(chunk, network);
        Evaluate(chunk);
        Visit(chunk);
        Learn(chunk, network, entropy, round);
    }

    /// <summary>The features of one charge: the same as <see cref="Features.Battery"/> writes.</summary>
    private static void ChargeOf(Chunk chunk, int t, int s, Span<float> into)
    {
        Span<float> features = stackalloc float[Features.Count];
        Features.Battery((float)s / (Points - 1), chunk.Losses.AsSpan(((t * Points) + s) * Modes, Modes), features);
        features[Features.Charge..Features.ChargeEnd].CopyTo(into);
    }

    private void Forward(Chunk chunk, TrainingNetwork network)
    {
        Span<float> world = stackalloc float[TrainingNetwork.First];
        Span<float> charge = stackalloc float[Charges];
        Span<float> outputs = stackalloc float[TrainingNetwork.Padded];
        for (var t = 0; t < chunk.Steps; t++)
        {
            network.World(chunk.World.AsSpan(t * Features.Count, Features.Count), world);
            for (var s = 0; s < Points; s++)
            {
                var place = (t * Points) + s;
                ChargeOf(chunk, t, s, charge);
                network.Forward(world, charge, _first.AsSpan(place * TrainingNetwork.First, TrainingNetwork.First),
                    _second.AsSpan(place * TrainingNetwork.Second, TrainingNetwork.Second), outputs);
                for (var a = 0; a < Modes; a++)
                    _bends[(place * Modes) + a] = Bend(outputs[a]);
                Softmax(chunk.Losses.AsSpan(place * Modes, Modes), outputs, chunk.Spreads[t], _chances.AsSpan(place * Modes, Modes));
            }
        }
    }

    /// <summary>How much an output as it counts moves with the output itself.</summary>
    private static float Bend(float output)
    {
        var away = 1 + (Math.Abs(output) / NeuralPolicy.MostSay);
        return 1 / (away * away);
    }

    private static void Softmax(ReadOnlySpan<float> losses, ReadOnlySpan<float> outputs, float spread, Span<float> chances)
    {
        var (most, sum) = (float.NegativeInfinity, 0f);
        for (var a = 0; a < Modes; a++)
            most = Math.Max(most, chances[a] = (spread * NeuralPolicy.Bounded(outputs[a])) - (NeuralPolicy.LossWeight * losses[a]));
        for (var a = 0; a < Modes; a++)
            sum += chances[a] = MathF.Exp(chances[a] - most);
        for (var a = 0; a < Modes; a++)
            chances[a] /= sum;
    }

    /// <summary>Backwards: what each mode really leads to, less what the policy as it stands would pay.</summary>
    private void Evaluate(Chunk chunk)
    {
        chunk.End.CopyTo(_toGo, 0);
        Span<float> here = stackalloc float[Points];
        for (var t = chunk.Steps - 1; t >= 0; t--)
        {
            for (var s = 0; s < Points; s++)
            {
                var (row, mean) = (((t * Points) + s) * Modes, 0f);
                for (var a = 0; a < Modes; a++)
                {
                    var (low, part) = At(chunk.Places[row + a]);
                    _losses[row + a] = chunk.Costs[row + a] + _toGo[low] + (part * (_toGo[low + 1] - _toGo[low]));
                    mean += _chances[row + a] * _losses[row + a];
                }
                for (var a = 0; a < Modes; a++)
                    _losses[row + a] -= mean;
                here[s] = mean;
            }
            here.CopyTo(_toGo);
        }
        Cost = _toGo[Points / 2] / chunk.Steps;
    }

    private void Visit(Chunk chunk)
    {
        _visits.AsSpan(0, Points).Fill(1f / Points);
        for (var t = 0; t < chunk.Steps; t++)
            for (var s = 0; s < Points; s++)
                for (var (a, row) = (0, ((t * Points) + s) * Modes); a < Modes; a++)
                {
                    var (low, part) = At(chunk.Places[row + a]);
                    var share = _visits[(t * Points) + s] * _chances[row + a];
                    _visits[((t + 1) * Points) + low] += share * (1 - part);
                    _visits[((t + 1) * Points) + low + 1] += share * part;
                }
    }

    private void Learn(Chunk chunk, TrainingNetwork network, float entropy, int round)
    {
        var slopes = new float[TrainingNetwork.Padded];
        var (first, second) = (new float[TrainingNetwork.First], new float[TrainingNetwork.Second]);
        Span<float> worldSlopes = stackalloc float[TrainingNetwork.First];
        Span<float> charge = stackalloc float[Charges];
        for (var t = 0; t < chunk.Steps - Unlearnt; t++)
        {
            worldSlopes.Clear();
            for (var s = (round + t) % Every; s < Points; s += Every)
            {
                var place = (t * Points) + s;
                var weight = Every * ((Visited * _visits[place]) + ((1 - Visited) / Points)) * chunk.Spreads[t];
                if (!Slopes(place * Modes, weight, entropy, slopes))
                    continue;
                ChargeOf(chunk, t, s, charge);
                _first.AsSpan(place * TrainingNetwork.First, TrainingNetwork.First).CopyTo(first);
                _second.AsSpan(place * TrainingNetwork.Second, TrainingNetwork.Second).CopyTo(second);
                network.Backward(charge, (first, second, slopes), worldSlopes, Gradient);
            }
            TrainingNetwork.BackwardWorld(chunk.World.AsSpan(t * Features.Count, Features.Count), worldSlopes, Gradient);
        }
    }

    /// <summary>How the expected cost, less the worth of entropy, changes with each output; false where it hardly does.</summary>
    private bool Slopes(int row, float weight, float entropy, float[] slopes)
    {
        var (mean, any) = (0f, 0f);
        for (var a = 0; a < Modes; a++)
            mean += _chances[row + a] * MathF.Log(_chances[row + a] + 1e-9f);
        for (var a = 0; a < Modes; a++)
        {
            var chance = _chances[row + a];
            slopes[a] = weight * _bends[row + a] * chance * (_losses[row + a] + (entropy * (MathF.Log(chance + 1e-9f) - mean)));
            any = Math.Max(any, Math.Abs(slopes[a]));
        }
        return any > 1e-7f;
    }

    private static (int Low, float Part) At(float place)
    {
        var low = Math.Min((int)place, Points - 2);
        return (low, place - low);
    }
}
