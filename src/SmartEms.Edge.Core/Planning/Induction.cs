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
    private readonly double _needSpacing;
    private readonly int _scenarios, _states;

    /// <summary>Cost to go by scenario last seen, peak, need, charge; of the step after the one at hand, and of the latter.</summary>
    private double[] _next, _here;
    private readonly CostToGo _toGo;
    private readonly double[] _outcomes;
    private readonly double[] _charging, _means, _least, _powers = new double[ModeFlow.BatteryModes];
    private readonly byte[] _best;

    /// <summary>The earlier battery mode that comes to the same power in every scenario looked at, or -1; actions that have one in all scenarios need not be weighed.</summary>
    private readonly int[] _twins = new int[ModeFlow.BatteryModes];
    private readonly bool[] _isTwin = new bool[ModeFlow.EvModes * ModeFlow.BatteryModes];

    /// <summary>After this step no car can be there any more.</summary>
    private readonly int _lastWithCar;

    public Induction(PlanQuestion question)
    {
        _question = question;
        _costs = new(question);
        _scenarios = question.Outlook.Scenarios.Length;
        _energies = Energies(question);
        _needs = question.Ev is { NeededWh: > 0 } ev ? Even(0, ev.NeededWh, EvPoints) : [0];
        _needSpacing = _needs.Length > 1 ? _needs[1] : 1;
        _peaks = question.DemandPrice > 0 ? Even(question.PeakSoFar, Math.Max(question.PeakSoFar + 1, _costs.HighestImport), PeakPoints) : [0];
        _states = _peaks.Length * _needs.Length * _energies.Length;
        (_next, _here) = (new double[_scenarios * _states], new double[_scenarios * _states]);
        _toGo = new(_costs, _energies, _peaks);
        _outcomes = new double[Actions * _scenarios * _energies.Length];
        _best = new byte[question.Steps * _states];
        _charging = new double[ModeFlow.EvModes * _scenarios];
        (_means, _least) = (new double[_energies.Length], new double[_energies.Length]);
        while (_lastWithCar < question.Steps && (question.Ev?.LeavesAt(_lastWithCar) ?? 1) < 1)
            _lastWithCar++;
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
        var needs = t > _lastWithCar ? 1 : _needs.Length;
        for (var k = 0; k < _peaks.Length; k++)
            for (var e = 0; e < needs; e++)
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
        var best = _best.AsSpan((t * _states) + (((k * _needs.Length) + e) * points), points);
        for (var w = 0; w < _scenarios; w++)
            _here.AsSpan(At(w, k, e), points).Fill(double.PositiveInfinity);
        Array.Fill(_least, double.PositiveInfinity);
        for (var a = 0; a < (e == 0 ? ModeFlow.BatteryModes : Actions); a++)
        {
            if (_isTwin[a])
                continue;
            Means(a);
            for (var s = 0; s < best.Length; s++)
                if (_means[s] < _least[s])
                    (_least[s], best[s]) = (_means[s], (byte)a);
            for (var w = 0; w < _scenarios; w++)
            {
                var row = _outcomes.AsSpan(((a * _scenarios) + w) * points, points);
                var here = _here.AsSpan(At(w, k, e), points);
                for (var s = 0; s < here.Length; s++)
                    here[s] = Math.Min(here[s], _means[s] + (kept * (row[s] - _means[s])));
            }
        }
    }

    private void Means(int action)
    {
        var points = _energies.Length;
        _outcomes.AsSpan(action * _scenarios * points, points).CopyTo(_means);
        for (var w = 1; w < _scenarios; w++)
        {
            var row = _outcomes.AsSpan(((action * _scenarios) + w) * points, points);
            for (var s = 0; s < row.Length; s++)
                _means[s] += row[s];
        }
        for (var s = 0; s < _means.Length; s++)
            _means[s] /= _scenarios;
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
        var (modes, block) = (place.Need == 0 ? 1 : ModeFlow.EvModes, ModeFlow.BatteryModes * _scenarios * energies.Length);
        for (var v = 0; v < modes; v++)
        {
            var twin = Charging(place, v, modes);
            _isTwin.AsSpan(v * ModeFlow.BatteryModes, ModeFlow.BatteryModes).Fill(twin >= 0);
            if (twin >= 0)
            {
                outcomes.AsSpan(twin * block, block).CopyTo(outcomes.AsSpan(v * block));
                continue;
            }
            for (var w = 0; w < _scenarios; w++)
            {
                var ev = _charging[(v * _scenarios) + w];
                Twins(place, w, ev);
                Rows(place.Step, w, _needs[place.Need] - (ev * _costs.Hours));
                Batteries(place, (_costs.Net(w, place.Step) + ev, ev), energies, outcomes.AsSpan((v * block) + (w * energies.Length)));
            }
            for (var a = 0; a < ModeFlow.BatteryModes; a++)
                _isTwin[(v * ModeFlow.BatteryModes) + a] = _twins[a] >= 0;
        }
    }

    /// <summary>What a charger mode takes in each scenario; an earlier mode that takes the same in all of them, or -1.</summary>
    private int Charging(Place place, int mode, int modes)
    {
        for (var w = 0; w < _scenarios; w++)
            _charging[(mode * _scenarios) + w] = modes == 1 ? 0
                : ModeFlow.Ev((EvMode)mode, _costs.Net(w, place.Step), _question.Ev!, _needs[place.Need] / _costs.Hours, _costs.Terms(place.Step));
        var powers = _charging.AsSpan(mode * _scenarios, _scenarios);
        for (var twin = 0; twin < mode; twin++)
            if (powers.SequenceEqual(_charging.AsSpan(twin * _scenarios, _scenarios)))
                return twin;
        return -1;
    }

    /// <summary>The cost to go over peak and charge, once the car needs so much at the step's end and may have left.</summary>
    private void Rows(int t, int w, double need)
    {
        var leaves = _needs.Length > 1 ? _question.Ev!.LeavesAt(t) : 0;
        var place = Math.Max(0, need) / _needSpacing;
        var low = _needs.Length > 1 ? Math.Min((int)place, _needs.Length - 2) : 0;
        var (part, high) = (place - low, Math.Min(low + 1, _needs.Length - 1));
        var missed = leaves * (_question.Ev?.MissedPerKwh ?? _question.Weights.Reliability) * Math.Max(0, need) / 1000;
        var points = _energies.Length;
        for (var k = 0; k < _peaks.Length; k++)
        {
            var (gone, a, b) = (At(w, k, 0), At(w, k, low), At(w, k, high));
            var row = _toGo.Row(k);
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
        var apart = _scenarios * energies.Length;
        for (var a = 0; a < ModeFlow.BatteryModes; a++)
        {
            var row = outcomes.Slice(a * apart, energies.Length);
            var same = _powers.AsSpan(0, a).IndexOf(_powers[a]);
            if (same >= 0)
            {
                outcomes.Slice(same * apart, energies.Length).CopyTo(row);
                continue;
            }
            var flow = new Wish(place.Step, place.Peak, at.Balance, at.Ev, _powers[a]);
            var (from, to) = energies == _energies ? _toGo.Even(flow, row) : (0, 0);
            _toGo.Uneven(flow, energies[..from], row[..from]);
            _toGo.Uneven(flow, energies[to..], row[to..]);
        }
    }

    /// <summary>What each battery mode comes to in a scenario, and which modes have come to the same in all scenarios so far.</summary>
    private void Twins(Place place, int scenario, double ev)
    {
        for (var a = 0; a < ModeFlow.BatteryModes; a++)
        {
            _powers[a] = ModeFlow.Allowed((BatteryMode)a, _costs.Net(scenario, place.Step) + ev, _costs.Reach, _costs.Terms(place.Step));
            var same = _powers.AsSpan(0, a).IndexOf(_powers[a]);
            _twins[a] = scenario == 0 || _twins[a] == same ? same : -1;
        }
    }
}
