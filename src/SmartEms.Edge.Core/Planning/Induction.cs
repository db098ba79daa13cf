using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Planning;

/// <summary>Stochastic dynamic programming, backwards from the plan's end: for each charge of the battery, need of the car and peak so far, the expected
/// cost to go. A mode is chosen before the step shows which scenario it follows; what the last step showed is remembered in part
/// (<see cref="PlanQuestion.Persistence"/>), so that a cloudy morning may be taken for a cloudy day.</summary>
internal sealed class Induction
{
    private const int EvPoints = 11;
    private const int PeakPoints = 5;
    private const double TerminalPart = 0.6;

    private readonly PlanQuestion _question;
    private readonly StepCosts _costs;
    private readonly double[] _energies, _needs, _peaks;
    private readonly double _lowest, _perWh, _needSpacing;
    private readonly int _scenarios, _states;

    /// <summary>Cost to go by scenario last seen, peak, need, charge; of the step after the one at hand, and of the latter.</summary>
    private double[] _next, _here;
    private readonly double[] _rows, _outcomes;
    private readonly byte[] _best;

    public Induction(PlanQuestion question)
    {
        _question = question;
        _costs = new(question);
        _scenarios = question.Outlook.Scenarios.Length;
        _energies = Energies(question);
        (_lowest, _perWh) = (_energies[0], _energies[^1] > _energies[0] ? (_energies.Length - 1) / (_energies[^1] - _energies[0]) : 0);
        _needs = question.Ev is { NeededWh: > 0 } ev ? Even(0, ev.NeededWh, EvPoints) : [0];
        _needSpacing = _needs.Length > 1 ? _needs[1] : 1;
        _peaks = question.DemandPrice > 0 ? Even(question.PeakSoFar, Math.Max(question.PeakSoFar + 1, _costs.HighestImport), PeakPoints) : [0];
        _states = _peaks.Length * _needs.Length * _energies.Length;
        (_next, _here) = (new double[_scenarios * _states], new double[_scenarios * _states]);
        _rows = new double[_peaks.Length * _energies.Length];
        _outcomes = new double[Actions * _scenarios * _energies.Length];
        _best = new byte[question.Steps * _states];
        End();
        for (var t = question.Steps - 1; t > 0; t--)
            Step(t);
    }

    /// <summary>Joint actions: the charger's mode times seven plus the battery's.</summary>
    public int Actions => _needs.Length > 1 ? ModeFlow.EvModes * ModeFlow.BatteryModes : ModeFlow.BatteryModes;

    public ReadOnlySpan<double> Grid => _energies;

    /// <summary>Expected cost of each action in the first step, and the best of everything afterwards, for batteries so full: [charge × actions + action].</summary>
    public double[] First(ReadOnlySpan<double> energies)
    {
        var (outcomes, costs) = (new double[Actions * _scenarios * energies.Length], new double[energies.Length * Actions]);
        Outcomes(new(0, 0, _needs.Length - 1), energies, outcomes);
        for (var action = 0; action < Actions; action++)
            for (var i = 0; i < energies.Length; i++)
                costs[(i * Actions) + action] = Mean(outcomes, action, i, energies.Length);
        return costs;
    }

    /// <summary>The best action where the grid is nearest to a state; for steps after the first.</summary>
    public int Best(int step, double energy, double need, double peak)
    {
        var (s, e, k) = (Nearest(_energies, energy), Nearest(_needs, need), Nearest(_peaks, peak));
        return _best[(step * _states) + (((k * _needs.Length) + e) * _energies.Length) + s];
    }

    private static int Nearest(double[] grid, double value) =>
        grid.Length == 1 || grid[^1] <= grid[0] ? 0 : (int)Math.Max(0, Math.Min(grid.Length - 1, ((value - grid[0]) / (grid[1] - grid[0])) + 0.5));

    private static double[] Energies(PlanQuestion question) => Even(
        Math.Min(question.Storage.FloorWh, question.EnergyWh), Math.Max(question.Storage.CeilingWh, question.EnergyWh), question.SocPoints);

    private static double[] Even(double low, double high, int points)
    {
        var grid = new double[points];
        for (var i = 0; i < points; i++)
            grid[i] = low + ((high - low) * i / (points - 1));
        return grid;
    }

    /// <summary>What is left in the battery is worth something, what the car lacks and the peak cost something.</summary>
    private void End()
    {
        var mean = _costs.MeanImportPrice;
        var stored = (_question.TerminalPerKwh ?? (TerminalPart * mean)) / 1000;
        for (var w = 0; w < _scenarios; w++)
            for (var k = 0; k < _peaks.Length; k++)
                for (var e = 0; e < _needs.Length; e++)
                    for (var s = 0; s < _energies.Length; s++)
                        _next[At(w, k, e) + s] = (_question.DemandPrice * (_peaks[k] - _peaks[0]) / 1000) + (_needs[e] * mean / 1000)
                            - (stored * Math.Max(0, _energies[s] - _question.Storage.FloorWh));
    }

    private int At(int scenario, int peak, int need) => (((scenario * _peaks.Length) + peak) * _needs.Length * _energies.Length) + (need * _energies.Length);

    private void Step(int t)
    {
        for (var k = 0; k < _peaks.Length; k++)
            for (var e = 0; e < _needs.Length; e++)
            {
                Outcomes(new(t, k, e), _energies, _outcomes);
                Choose(t, k, e);
            }
        (_next, _here) = (_here, _next);
    }

    /// <summary>The least expected cost of each state, in the light of the scenario last seen; and the action that is best in the dark.</summary>
    private void Choose(int t, int k, int e)
    {
        var (points, kept) = (_energies.Length, _question.Persistence);
        var actions = e == 0 ? ModeFlow.BatteryModes : Actions;
        for (var s = 0; s < points; s++)
        {
            var (least, action) = (double.PositiveInfinity, 0);
            for (var w = 0; w < _scenarios; w++)
                _here[At(w, k, e) + s] = double.PositiveInfinity;
            for (var a = 0; a < actions; a++)
            {
                var mean = Mean(_outcomes, a, s, points);
                if (mean < least)
                    (least, action) = (mean, a);
                for (var w = 0; w < _scenarios; w++)
                {
                    var cost = mean + (kept * (_outcomes[(((a * _scenarios) + w) * points) + s] - mean));
                    ref var here = ref _here[At(w, k, e) + s];
                    here = cost < here ? cost : here;
                }
            }
            _best[(t * _states) + (((k * _needs.Length) + e) * points) + s] = (byte)action;
        }
    }

    private double Mean(double[] outcomes, int action, int point, int points)
    {
        var sum = 0.0;
        for (var w = 0; w < _scenarios; w++)
            sum += outcomes[(((action * _scenarios) + w) * points) + point];
        return sum / _scenarios;
    }

    /// <summary>A step, and where it is entered: the peak so far and the car's need, by their places on the grids.</summary>
    private readonly record struct Place(int Step, int Peak, int Need);

    /// <summary>Cost of each action in each scenario for batteries so full, the step and all that follows: [(action × scenarios + scenario) × charges + charge].</summary>
    private void Outcomes(Place place, ReadOnlySpan<double> energies, double[] outcomes)
    {
        var modes = place.Need == 0 ? 1 : ModeFlow.EvModes;
        for (var w = 0; w < _scenarios; w++)
        {
            var net = _costs.Net(w, place.Step);
            for (var v = 0; v < modes; v++)
            {
                var ev = modes == 1 ? 0 : ModeFlow.Ev((EvMode)v, net, _question.Ev!, _needs[place.Need] / _costs.Hours, _costs.Terms(place.Step));
                Rows(place.Step, w, _needs[place.Need] - (ev * _costs.Hours));
                Batteries(place, (net + ev, ev), energies, outcomes.AsSpan(((v * ModeFlow.BatteryModes * _scenarios) + w) * energies.Length));
            }
        }
    }

    /// <summary>The cost to go over peak and charge, once the car needs so much at the step's end and may have left.</summary>
    private void Rows(int t, int w, double need)
    {
        var leaves = _needs.Length > 1 ? _question.Ev!.LeavesAt(t) : 0;
        var place = Math.Max(0, need) / _needSpacing;
        var low = _needs.Length > 1 ? Math.Min((int)place, _needs.Length - 2) : 0;
        var (part, high) = (place - low, Math.Min(low + 1, _needs.Length - 1));
        var missed = leaves * _question.Weights.Reliability * Math.Max(0, need) / 1000;
        var points = _energies.Length;
        for (var k = 0; k < _peaks.Length; k++)
        {
            var (gone, a, b) = (At(w, k, 0), At(w, k, low), At(w, k, high));
            var row = _rows.AsSpan(k * points, points);
            if (_needs.Length == 1)
                _next.AsSpan(gone, points).CopyTo(row);
            else
                for (var s = 0; s < row.Length; s++)
                    row[s] = missed + (leaves * _next[gone + s]) + ((1 - leaves) * (_next[a + s] + (part * (_next[b + s] - _next[a + s]))));
        }
    }

    /// <summary>All battery modes for one power of the charger. Modes that come to the same power are worked out once.</summary>
    private void Batteries(Place place, (double Balance, double Ev) at, ReadOnlySpan<double> energies, Span<double> outcomes)
    {
        Span<double> powers = stackalloc double[ModeFlow.BatteryModes];
        var apart = _scenarios * energies.Length;
        for (var a = 0; a < ModeFlow.BatteryModes; a++)
        {
            powers[a] = ModeFlow.Allowed((BatteryMode)a, at.Balance, _costs.Reach, _costs.Terms(place.Step));
            var same = powers[..a].IndexOf(powers[a]);
            var row = outcomes.Slice(a * apart, energies.Length);
            if (same >= 0)
                outcomes.Slice(same * apart, energies.Length).CopyTo(row);
            else
                Level(place, (at.Balance, at.Ev, powers[a]), energies, row);
        }
    }

    private void Level(Place place, (double Balance, double Ev, double Wanted) at, ReadOnlySpan<double> energies, Span<double> row)
    {
        var price = _costs.Prices(place.Step);
        var reach = _costs.Reach;
        for (var s = 0; s < row.Length; s++)
        {
            var power = reach.Possible(energies[s], at.Wanted);
            var after = reach.After(energies[s], power);
            var flow = ModeFlow.Close(at.Balance, power, at.Ev, price.Export, price.Terms);
            row[s] = price.Of(flow, reach.Floor - after) + ToGo(place.Peak, flow.Import, after);
        }
    }

    private double ToGo(int peak, double import, double energy)
    {
        var place = (energy - _lowest) * _perWh;
        var low = Math.Max(0, Math.Min((int)place, _energies.Length - 2));
        var part = place - low;
        if (_peaks.Length == 1)
            return _rows[low] + (part * (_rows[low + 1] - _rows[low]));
        var height = (Math.Max(_peaks[peak], Math.Min(import, _peaks[^1])) - _peaks[0]) / (_peaks[1] - _peaks[0]);
        var k = Math.Min((int)height, _peaks.Length - 2);
        var (a, b) = ((k * _energies.Length) + low, ((k + 1) * _energies.Length) + low);
        var under = _rows[a] + (part * (_rows[a + 1] - _rows[a]));
        return under + ((height - k) * (_rows[b] + (part * (_rows[b + 1] - _rows[b])) - under));
    }
}
