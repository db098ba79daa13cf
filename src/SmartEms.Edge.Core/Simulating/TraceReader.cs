using System.Collections.Immutable;
using System.Globalization;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Simulating;

/// <summary>Makes a trace of CSV text: checks every row, finds the step, fills what is missing and counts it. From the third row on a time may be left out:
/// the row then comes one step after the one before.</summary>
internal sealed class TraceReader
{
    private const int MinutesPerDay = 24 * 60;

    /// <summary>A broken file would say the same thousands of times.</summary>
    private const int ProblemsMax = 20;

    /// <summary>Shorter gaps are bridged by a straight line; longer ones repeat the day before, which has a night.</summary>
    private const int BridgeMinutesMax = 120;

    /// <summary>A century of quarter-hours; a date typed wrong must not fill the memory.</summary>
    private const int StepsMax = 100 * 366 * 96;

    /// <summary>More columns than these are looked over.</summary>
    private const int CellsMax = 32;

    /// <summary>What an inverter draws at night, and a meter's noise around nothing, W: taken as nothing.</summary>
    private const double NoiseWatts = 100;

    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>Where the columns stand: time, load, production; and how many there are.</summary>
    private (int Time, int Load, int Pv, int Count) _columns;
    private string _header = "";
    private bool _isUtc;
    private readonly List<bool> _filled = [];
    private readonly List<Row> _rows = [];
    private readonly List<TraceProblem> _problems = [];

    public TraceReading Read(string csv)
    {
        ReadRows(csv);
        if (_problems.Count > 0 || !TryStep(out var step))
            return new(null, [.. _problems]);
        var trace = Fill(step);
        return _problems.Count > 0 ? new(null, [.. _problems]) : new(trace, []);
    }

    private void ReadRows(string csv)
    {
        var line = 0;
        foreach (var raw in csv.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            line++;
            var text = raw.Trim();
            if (line == 1)
            {
                if (!TryHeader(text))
                    return; // nothing else can be understood
            }
            else if (text.Length > 0)
                ReadRow(line, text);
        }
    }

    /// <summary>The time in a column `local_time` or `utc`, and `load_w` and `pv_w`, in any order; other columns are looked over.</summary>
    private bool TryHeader(ReadOnlySpan<char> text)
    {
        _header = text.ToString();
        string[] names = [.. _header.Split(',').Select(name => name.Trim())];
        _isUtc = Array.IndexOf(names, "utc") >= 0;
        _columns = (Array.IndexOf(names, _isUtc ? "utc" : "local_time"), Array.IndexOf(names, "load_w"), Array.IndexOf(names, "pv_w"), names.Length);
        if (_columns is { Time: >= 0, Load: >= 0, Pv: >= 0, Count: <= CellsMax })
            return true;
        Report(1, $"the header must name local_time (or utc), load_w and pv_w, not '{_header}'");
        return false;
    }

    private void ReadRow(int line, ReadOnlySpan<char> text)
    {
        Span<Range> cells = stackalloc Range[CellsMax + 1];
        if (text.Split(cells, ',') != _columns.Count)
        {
            Report(line, $"a row has {_columns.Count} cells ({_header}), not '{text}'");
            return;
        }

        var name = _isUtc ? "utc" : "local_time";
        var time = text[cells[_columns.Time]];
        if (_isUtc && time is [.., 'Z'])
            time = time[..^1];
        if (time.IsEmpty && _rows.Count > 1)
            time = (_rows[^1].At + (_rows[^1].At - _rows[^2].At)).ToString(TimeForms[0], CultureInfo.InvariantCulture); // one step after the row before
        if (!DateTime.TryParseExact(time, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) || at.Second != 0)
            Report(line, $"{name} '{time}' is not of the form 2016-08-01T00:00");
        else if (_rows.Count > 0 && at <= _rows[^1].At)
            Report(line, $"{name} {time} does not come after the row before it{(_isUtc ? "" : " (a local hour that comes twice needs a column utc instead)")}");
        var load = Watts(line, "load_w", text[cells[_columns.Load]]);
        var pv = Watts(line, "pv_w", text[cells[_columns.Pv]]);
        _rows.Add(new(line, at, load, pv));
    }

    private double Watts(int line, string name, ReadOnlySpan<char> text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var watts) || !double.IsFinite(watts))
            Report(line, $"{name} '{text}' is not a number");
        else if (watts is < -NoiseWatts or > 1e9)
            Report(line, $"{name} {text} must lie between 0 and 1e9 W");
        return Math.Max(0, watts);
    }

    private bool TryStep(out int minutes)
    {
        minutes = int.MaxValue;
        for (var i = 1; i < _rows.Count; i++)
            minutes = (int)Math.Min(minutes, MinutesBetween(_rows[i - 1], _rows[i]));
        if (_rows.Count < 2)
            Report(1, "a trace needs at least one whole day of rows");
        else if (minutes is < 5 or > 60 || 60 % minutes != 0)
            Report(_rows[1].Line, $"the step is {minutes} min; it must divide the hour and be 5 to 60 min");
        else
            return true;
        return false;
    }

    private SiteTrace? Fill(int step)
    {
        if (MinutesBetween(_rows[0], _rows[^1]) / step >= StepsMax)
        {
            Report(_rows[^1].Line, "the trace spans more than a century; is a date wrong?");
            return null;
        }

        var steps = new List<(double Load, double Pv)>(_rows.Count) { (_rows[0].Load, _rows[0].Pv) };
        _filled.Add(false);
        for (var i = 1; i < _rows.Count; i++)
        {
            var minutes = MinutesBetween(_rows[i - 1], _rows[i]);
            if (minutes % step != 0)
                Report(_rows[i].Line, $"{minutes} min after the row before it, which is not a multiple of the step of {step} min");
            else
                FillGap(steps, _rows[i], (int)(minutes / step) - 1, step);
            steps.Add((_rows[i].Load, _rows[i].Pv));
            _filled.Add(false);
        }

        var dropped = steps.Count % (MinutesPerDay / step);
        var count = steps.Count - dropped;
        if (count == 0)
        {
            Report(_rows[^1].Line, "a trace needs at least one whole day of rows");
            return null;
        }

        var load = new double[count];
        var pv = new double[count];
        for (var i = 0; i < count; i++)
            (load[i], pv[i]) = steps[i];
        var start = Instant.From(new DateTimeOffset(_rows[0].At, TimeSpan.Zero));
        bool[] filled = [.. _filled.Take(count)];
        return new(start, TimeSpan.FromMinutes(step), load, pv) { IsUtc = _isUtc, Filled = filled, StepsFilled = _filled.Count(one => one), StepsDropped = dropped };
    }

    private void FillGap(List<(double Load, double Pv)> steps, Row next, int missing, int step)
    {
        var perDay = MinutesPerDay / step;
        var before = steps[^1];
        for (var i = 1; i <= missing; i++)
        {
            var share = (double)i / (missing + 1);
            steps.Add(missing * step > BridgeMinutesMax && steps.Count >= perDay
                ? steps[^perDay]
                : (before.Load + ((next.Load - before.Load) * share), before.Pv + ((next.Pv - before.Pv) * share)));
            _filled.Add(true);
        }
    }

    private static long MinutesBetween(Row a, Row b) => (b.At - a.At).Ticks / TimeSpan.TicksPerMinute;

    private void Report(int line, string text)
    {
        if (_problems.Count < ProblemsMax)
            _problems.Add(new(line, text));
    }

    private readonly record struct Row(int Line, DateTime At, double Load, double Pv);
}
