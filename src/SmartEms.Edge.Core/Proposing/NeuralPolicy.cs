using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Proposing;

/// <summary>What the learned policy chose, and whether it was at home where it was asked.</summary>
/// <param name="Battery">The mode; the plan's own where the policy is a stranger.</param>
/// <param name="Ev">Likewise.</param>
/// <param name="Strangers">How many of the features lie outside what was trained on; above <see cref="NeuralPolicy.MostStrangers"/> the plan leads.</param>
public readonly record struct PolicyChoice(BatteryMode Battery, EvMode Ev, int Strangers);

/// <summary>The learned policy: what the plan expects each mode to lose, corrected by a small network that has learnt from traces where plans go wrong.
/// With a network of zeros it is the plan.</summary>
public sealed class NeuralPolicy(PolicyFile file)
{
    /// <summary>One unit of loss weighs so much against the network's outputs.</summary>
    public const float LossWeight = 200;

    /// <summary>No output of the network counts more than this: of two modes the policy never takes one that the plan thinks loses 2 × 0.3 / 200 of the unit of losses
    /// more, a tenth of a cent an hour for 10 kWh at 0.3 a kWh. A network that errs, erring at every step, cannot cost more than that.</summary>
    public const float MostSay = 0.3f;

    /// <summary>With more features outside the box of training the plan leads.</summary>
    public const int MostStrangers = 3;

    public PolicyFile File => file;

    /// <param name="question">What the plan was made from; <see cref="PlanQuestion.EnergyWh"/> is not looked at.</param>
    /// <param name="plan">The plan at that charge.</param>
    /// <param name="energy">In the battery, Wh.</param>
    /// <param name="clock">Local time.</param>
    public PolicyChoice Choose(PlanQuestion question, Plan plan, double energy, LocalClock clock)
    {
        Span<float> features = stackalloc float[Features.Count];
        Span<float> losses = stackalloc float[ModeFlow.BatteryModes];
        Span<float> evLosses = stackalloc float[ModeFlow.EvModes];
        Features.World(question, clock, features);
        var scale = Features.Scale(question);
        Losses(plan.BatteryCosts.AsSpan(), scale, losses);
        Losses(plan.EvCosts.AsSpan(), scale, evLosses);
        var storage = question.Storage;
        var band = storage.CeilingWh - storage.FloorWh;
        Features.Battery(band > 0 ? (float)Math.Clamp((energy - storage.FloorWh) / band, 0, 1) : 0, losses, features);
        var strangers = file.Box.Strangers(features);
        if (strangers > MostStrangers)
            return new(plan.Battery, plan.Ev, strangers);
        Span<float> outputs = stackalloc float[Network.Outputs];
        file.Network.Infer(features, outputs);
        var spread = Features.Spread(question);
        var battery = (BatteryMode)Best(losses, outputs[..ModeFlow.BatteryModes], spread);
        var ev = plan.EvCosts.IsEmpty ? plan.Ev : (EvMode)Best(evLosses, outputs[ModeFlow.BatteryModes..], spread);
        return new(battery, ev, strangers);
    }

    private static void Losses(ReadOnlySpan<double> costs, double scale, Span<float> losses)
    {
        var least = double.PositiveInfinity;
        foreach (var cost in costs)
            least = Math.Min(least, cost);
        for (var a = 0; a < costs.Length; a++)
            losses[a] = Features.Loss(costs[a], least, scale);
    }

    /// <summary>An output of the network as it counts: small ones as they are, large ones towards <see cref="MostSay"/>.</summary>
    public static float Bounded(float output) => output / (1 + (Math.Abs(output) / MostSay));

    /// <summary>The greatest of network less loss; of equal ones the first.</summary>
    private static int Best(ReadOnlySpan<float> losses, ReadOnlySpan<float> outputs, float spread)
    {
        var (best, most) = (0, float.NegativeInfinity);
        for (var a = 0; a < losses.Length; a++)
        {
            var value = (spread * Bounded(outputs[a])) - (LossWeight * losses[a]);
            if (value > most)
                (best, most) = (a, value);
        }
        return best;
    }
}
