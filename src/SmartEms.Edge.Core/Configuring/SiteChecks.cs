using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>Checks among the numbers of a site that no single key can be blamed for.</summary>
internal static class SiteChecks
{
    /// <summary>Notes a pair of limits in the wrong order, at the upper one when it is written, else at the lower.</summary>
    public static void Ascending(NodeReader at, string low, string high, (double Low, double High) values)
    {
        if (values.Low < values.High || at.IsFaulty(low) || at.IsFaulty(high))
            return;
        if (at.Has(high))
            at.Note(high, ProblemCodes.Order, $"{Allowed.Text(values.High)} is not above {low} {Allowed.Text(values.Low)}{(at.Has(low) ? "" : " (its default)")}");
        else
            at.Note(low, ProblemCodes.Order, $"{Allowed.Text(values.Low)} is not below {high} {Allowed.Text(values.High)} (its default)");
    }

    /// <summary>A number of phases among the possible ones.</summary>
    public static int? Phases(NodeReader at, string key, ImmutableArray<int> possible)
    {
        if (at.Whole(key, new(0, 1_000)) is not { } phases)
            return null;
        if (possible.Contains(phases))
            return phases;
        at.Note(key, ProblemCodes.OutOfRange, $"{phases} is not a number of phases here", $"one of {string.Join(", ", possible)}");
        return null;
    }

    /// <summary>Warns when a limit of the connection is beyond what its fuse can carry at nominal voltage.</summary>
    public static void Fuse(NodeReader at, Pcc pcc)
    {
        if (pcc.PhaseCurrentMax <= Current.Zero)
            return;
        var carried = pcc.PhaseCurrentMax * pcc.NominalVoltage * pcc.Phases;
        Limit("import_max_w", pcc.ImportMax);
        Limit("export_max_w", pcc.ExportMax);

        void Limit(string key, Power limit)
        {
            if (limit > carried)
                at.Note(key, ProblemCodes.AboveFuse, $"{Allowed.Text(limit.Watts)} W is above what the fuse carries, {Allowed.Text(carried.Watts)} W ({pcc.Phases} × {Allowed.Text(pcc.PhaseCurrentMax.Amperes)} A × {Allowed.Text(pcc.NominalVoltage.Volts)} V)", "the fuse will bound it");
        }
    }

    /// <summary>Warns when the PV plants can produce more than may be exported and none of them can be curtailed.</summary>
    public static void Export(NodeReader file, Pcc pcc, ImmutableArray<PvPlant> plants)
    {
        var rated = Power.Zero;
        foreach (var plant in plants)
        {
            if (plant.Curtailable)
                return;
            rated += plant.Rated;
        }
        if (rated > pcc.ExportMax && file.Map("pcc", null) is { } at && at.Has("export_max_w"))
            at.Note("export_max_w", ProblemCodes.ExportUnheld, $"PV of {Allowed.Text(rated.Watts)} W can exceed {Allowed.Text(pcc.ExportMax.Watts)} W and no plant is curtailable", "curtailable: true where the inverter can be limited");
    }
}
