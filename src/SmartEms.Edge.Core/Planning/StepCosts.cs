namespace SmartEms.Edge.Core.Planning;

/// <summary>Prices of one step, per W held over it.</summary>
internal readonly record struct StepPrices(double Import, double Export, double Wear, double Breach, StepTerms Terms)
{
    /// <summary>What a step costs, with what is missing from the reserve (Wh, negative = nothing) and what is beyond the limits.</summary>
    public double Of(in StepFlow flow, double missing) =>
        (flow.Import * Import) - (flow.Export * Export) + (Math.Max(0, flow.Discharge) * Wear)
        + (Breach * (Math.Max(0, missing) + Math.Max(0, flow.Import - Terms.ImportMax) + Math.Max(0, flow.Export - Terms.ExportMax)));
}

/// <summary>A question's numbers as the induction wants them: net load of each scenario, prices per watt and step.</summary>
internal sealed class StepCosts
{
    private readonly double[][] _net;
    private readonly StepPrices[] _prices;

    public StepCosts(PlanQuestion question)
    {
        var (outlook, prices, weights) = (question.Outlook, question.Prices, question.Weights);
        Hours = outlook.StepHours;
        Reach = new(question.Storage, Hours);
        _net = new double[outlook.Scenarios.Length][];
        for (var w = 0; w < _net.Length; w++)
        {
            _net[w] = new double[question.Steps];
            for (var t = 0; t < question.Steps; t++)
            {
                _net[w][t] = outlook.Scenarios[w].Load[t] - outlook.Scenarios[w].Pv[t];
                HighestImport = Math.Max(HighestImport, _net[w][t] + Reach.ChargeMax + (question.Ev?.PowerMax ?? 0));
            }
        }
        var perWatt = Hours / 1000;
        _prices = new StepPrices[question.Steps];
        for (var t = 0; t < _prices.Length; t++)
        {
            var carbon = prices.Carbon.IsEmpty ? 0 : weights.CarbonPrice * prices.Carbon[t];
            _prices[t] = new((prices.Import[t] + carbon) * perWatt, prices.Export[t] * perWatt, question.Storage.WearPerKwh * weights.Wear * perWatt,
                weights.Reliability * perWatt, question.TermsAt(t));
            MeanImportPrice += prices.Import[t] / _prices.Length;
        }
    }

    public double Hours { get; }
    public Reach Reach { get; }

    /// <summary>W: more can never be bought.</summary>
    public double HighestImport { get; }
    public double MeanImportPrice { get; }

    public double Net(int scenario, int step) => _net[scenario][step];
    public StepPrices Prices(int step) => _prices[step];
    public StepTerms Terms(int step) => _prices[step].Terms;

    /// <summary>Mean net load over the scenarios, W.</summary>
    public double MeanNet(int step)
    {
        var sum = 0.0;
        foreach (var path in _net)
            sum += path[step];
        return sum / _net.Length;
    }
}
