namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Recursive least squares that forgets: the weights with which features are added up to what is expected.</summary>
internal sealed class Regression
{
    /// <summary>An hour counts so much of the hour after it: half after a month.</summary>
    private const double Forgetting = 0.999;

    /// <summary>Where nothing is learnt from for long, doubt must not grow without end.</summary>
    private const double DoubtMost = 10;

    public Regression(int inputs, double doubt)
    {
        Doubt = doubt;
        Weights = new double[inputs];
        Covariance = new double[inputs * inputs];
        Forget();
    }

    private Regression(Regression other) => (Doubt, Weights, Covariance) = (other.Doubt, [.. other.Weights], [.. other.Covariance]);

    public double[] Weights { get; }
    public double[] Covariance { get; }

    /// <summary>The first variance of a weight: one over the square of a usual feature.</summary>
    private double Doubt { get; }

    public Regression Copy() => new(this);

    public double Of(ReadOnlySpan<double> features)
    {
        var sum = 0.0;
        for (var i = 0; i < Weights.Length; i++)
            sum += Weights[i] * features[i];
        return sum;
    }

    public void Learn(ReadOnlySpan<double> features, double outcome)
    {
        var inputs = Weights.Length;
        Span<double> gain = stackalloc double[inputs];
        var scale = Forgetting;
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < inputs; j++)
                gain[i] += Covariance[(i * inputs) + j] * features[j];
            scale += features[i] * gain[i];
        }
        var miss = (outcome - Of(features)) / scale;
        if (!(scale >= Forgetting / 2) || !double.IsFinite(miss))
        {
            Forget(); // roundings have spoilt the covariance, which cannot be negative
            return;
        }
        var most = 0.0;
        for (var i = 0; i < inputs; i++)
        {
            Weights[i] += gain[i] * miss;
            for (var j = 0; j < inputs; j++)
                Covariance[(i * inputs) + j] = (Covariance[(i * inputs) + j] - (gain[i] * gain[j] / scale)) / Forgetting;
            most = Math.Max(most, Covariance[(i * inputs) + i]);
        }
        if (most > DoubtMost * Doubt)
            for (var i = 0; i < Covariance.Length; i++)
                Covariance[i] *= 0.95;
    }

    /// <summary>Nothing learnt: as usual.</summary>
    private void Forget()
    {
        Array.Clear(Weights);
        Array.Clear(Covariance);
        Weights[1] = 1;
        for (var i = 0; i < Weights.Length; i++)
            Covariance[(i * Weights.Length) + i] = Doubt;
    }
}
