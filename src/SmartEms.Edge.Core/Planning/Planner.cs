using SmartEms.Edge.Core.Forecasting;

namespace SmartEms.Edge.Core.Planning;

/// <summary>Makes the plan: the mode whose expected cost is least over all scenarios, and what the others would cost.</summary>
public static class Planner
{
    public static Plan Make(PlanQuestion question)
    {
        var valuation = Value(question);
        return valuation.Follow(valuation.At(question.EnergyWh));
    }

    /// <summary>The first half of the work: what each charge of the battery leads to. Many plans can be read off it.</summary>
    public static Valuation Value(PlanQuestion question) => new(question, new Induction(question));

    /// <summary>The same question as if the middle of the forecast were certain.</summary>
    public static PlanQuestion Certain(PlanQuestion question) => question with
    {
        Outlook = question.Outlook with { Scenarios = [new Scenario(question.Outlook.Load.P50, question.Outlook.Pv.P50)] },
    };
}
