namespace SmartEms.Edge.Core.Planning;

/// <summary>What a battery is asked for in a step.</summary>
/// <param name="Step">Of the plan.</param>
/// <param name="Peak">The highest import so far, by its place on the grid.</param>
/// <param name="Balance">Load less production, charger included, W.</param>
/// <param name="Ev">The charger's part, W.</param>
/// <param name="Power">W, discharge positive; the energy inside may not allow all of it.</param>
internal readonly record struct Wish(int Step, int Peak, double Balance, double Ev, double Power);

/// <summary>The expected cost of all that follows a step, over peak and charge, and what a step costs together with it.</summary>
internal sealed class CostToGo(StepCosts costs, double[] energies, double[] peaks)
{
    private readonly double[] _rows = new double[peaks.Length * energies.Length];
    private readonly double _lowest = energies[0];
    private readonly double _perWh = energies[^1] > energies[0] ? (energies.Length - 1) / (energies[^1] - energies[0]) : 0;

    /// <summary>Over the charges of the grid, for one peak.</summary>
    public Span<double> Row(int peak) => _rows.AsSpan(peak * energies.Length, energies.Length);

    /// <summary>Works out those charges of the grid from which the battery can give or take the whole power: all move by the same part of the grid's spacing, at the
    /// same price. Says which they were.</summary>
    public (int From, int To) Even(in Wish wish, Span<double> row)
    {
        var reach = costs.Reach;
        if (_perWh == 0 || _lowest < reach.Floor)
            return (0, 0);
        var shift = reach.After(0, wish.Power) * _perWh;
        var whole = (int)Math.Floor(shift);
        var (from, to) = (Math.Max(0, -whole), Math.Min(row.Length, row.Length - 1 - whole));
        while (from < to && reach.Possible(energies[from], wish.Power) != wish.Power)
            from++;
        while (from < to && reach.Possible(energies[to - 1], wish.Power) != wish.Power)
            to--;
        if (from >= to)
            return (0, 0);
        var price = costs.Prices(wish.Step);
        var flow = ModeFlow.Close(wish.Balance, wish.Power, wish.Ev, price.Export, price.Terms);
        var (peak, height) = Height(wish.Peak, flow.Import);
        var some = row[from..to];
        Shifted((price.Of(flow, 0), shift - whole), _rows.AsSpan((peak * row.Length) + from + whole, some.Length + 1), some);
        if (height > 0)
        {
            Span<double> above = stackalloc double[some.Length];
            Shifted((price.Of(flow, 0), shift - whole), _rows.AsSpan(((peak + 1) * row.Length) + from + whole, some.Length + 1), above);
            for (var s = 0; s < some.Length; s++)
                some[s] += height * (above[s] - some[s]);
        }
        return (from, to);
    }

    private static void Shifted((double Cost, double Part) by, ReadOnlySpan<double> toGo, Span<double> row)
    {
        var high = toGo.Slice(1, row.Length);
        for (var s = 0; s < row.Length; s++)
            row[s] = by.Cost + toGo[s] + (by.Part * (high[s] - toGo[s]));
    }

    /// <summary>Works out any charges, one by one.</summary>
    public void Uneven(in Wish wish, ReadOnlySpan<double> charges, Span<double> row)
    {
        var price = costs.Prices(wish.Step);
        var reach = costs.Reach;
        for (var s = 0; s < row.Length; s++)
        {
            var power = reach.Possible(charges[s], wish.Power);
            var after = reach.After(charges[s], power);
            var flow = ModeFlow.Close(wish.Balance, power, wish.Ev, price.Export, price.Terms);
            row[s] = price.Of(flow, reach.Floor - after) + At(Height(wish.Peak, flow.Import), after);
        }
    }

    /// <summary>Where the peak stands on its grid once so much was imported.</summary>
    private (int Low, double Part) Height(int peak, double import)
    {
        if (peaks.Length == 1)
            return (0, 0);
        var height = (Math.Max(peaks[peak], Math.Min(import, peaks[^1])) - peaks[0]) / (peaks[1] - peaks[0]);
        var low = Math.Min((int)height, peaks.Length - 2);
        return (low, height - low);
    }

    private double At((int Low, double Part) peak, double energy)
    {
        var place = (energy - _lowest) * _perWh;
        var low = Math.Max(0, Math.Min((int)place, energies.Length - 2));
        var part = place - low;
        var a = (peak.Low * energies.Length) + low;
        var under = _rows[a] + (part * (_rows[a + 1] - _rows[a]));
        if (peak.Part == 0)
            return under;
        var b = a + energies.Length;
        return under + (peak.Part * (_rows[b] + (part * (_rows[b + 1] - _rows[b])) - under));
    }
}
