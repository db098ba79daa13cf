namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>All that is known of one point from its samples so far, so that the next few cost little.</summary>
internal sealed class PointModel
{
    // Of 32 neighbours mostly one has times of its own: the others never need these.
    private NumberModel? _counts;
    private NumberModel? _steps;
    private readonly ValueModel _values = new();
    private readonly BitModel[] _kindStays = new BitModel[2];
    private BitModel _present;
    private BitModel _sharesTimes;
    private BitModel _quiet;
    private int _count;
    private long _time;
    private long _step;
    private ushort _kind;
    private double _value;
    private double[] _known = [];

    public void Reset()
    {
        _counts?.Reset();
        _steps?.Reset();
        _values.Reset();
        Array.Clear(_kindStays);
        (_present, _sharesTimes, _quiet, _count, _time, _step, _kind, _value) = (default, default, default, 0, 0, 0, 0, 0);
    }

    public bool CodePresent<T>(ref T coder, bool present)
        where T : struct, IBitCoder => coder.Bit(ref _present, present);

    /// <summary>Codes how many samples there are and when; true when the times are those of the point before.</summary>
    public int CodeTimes<T>(ref T coder, Span<long> before, PointColumn column)
        where T : struct, IBitCoder
    {
        var from = T.Reads ? column.Count : 0;
        var shares = coder.Bit(ref _sharesTimes, !T.Reads && column.Times.AsSpan(0, column.Count).SequenceEqual(before));
        if (shares)
        {
            if (T.Reads)
            {
                if (before.IsEmpty)
                    throw new InvalidDataException("A column shares times that are not there.");
                column.Grow(from + before.Length);
                before.CopyTo(column.Times.AsSpan(from));
            }

            _count = before.Length;
            if (_count > 0)
                (_step, _time) = (unchecked(before[^1] - (_count > 1 ? before[^2] : _time)), before[^1]);
            return from;
        }

        _count = unchecked((int)(_count + (_counts ??= new()).Code(ref coder, column.Count - _count)));
        if (_count is < 1 or > BlockModel.MostSamples)
            throw new InvalidDataException("A column has a length that nobody wrote.");
        if (T.Reads)
            column.Grow(from + _count);
        var steps = _steps ??= new();
        foreach (ref var time in column.Times.AsSpan(from, _count))
        {
            var step = unchecked(_step + steps.Code(ref coder, unchecked(time - _time - _step)));
            time = unchecked(_time + step);
            (_time, _step) = (time, step);
        }

        return from;
    }

    /// <summary>Codes kinds and values of the samples from <paramref name="from"/> on.</summary>
    public void CodeValues<T>(ref T coder, PointColumn column, int from)
        where T : struct, IBitCoder
    {
        var values = column.Values.AsSpan(from, _count);
        var kinds = column.Kinds.AsSpan(from, _count);
        if (!coder.Bit(ref _quiet, !T.Reads && !IsQuiet(values, kinds)))
        {
            values.Fill(_value);
            kinds.Fill(_kind);
            return;
        }

        var known = CodeKinds(ref coder, kinds);
        if (known == kinds.Length)
            _values.Code(ref coder, values);
        else
            CodeKnown(ref coder, values, kinds, known);
        _value = values[^1];
    }

    private bool IsQuiet(ReadOnlySpan<double> values, ReadOnlySpan<ushort> kinds)
    {
        var bits = BitConverter.DoubleToInt64Bits(_value);
        foreach (var value in values)
            if (BitConverter.DoubleToInt64Bits(value) != bits)
                return false;
        return !kinds.ContainsAnyExcept(_kind);
    }

    private int CodeKinds<T>(ref T coder, Span<ushort> kinds)
        where T : struct, IBitCoder
    {
        var known = 0;
        // Mostly none changes: one bit says so for all.
        var changes = coder.Bit(ref _kindStays[0], !T.Reads && kinds.ContainsAnyExcept(_kind));
        foreach (ref var kind in kinds)
        {
            if (changes && coder.Bit(ref _kindStays[1], kind != _kind))
                _kind = (ushort)coder.Raw(kind, PointColumn.KindBits);
            kind = _kind;
            if ((kind & PointColumn.NaNKind) == 0)
                known++;
        }

        return known;
    }

    private void CodeKnown<T>(ref T coder, Span<double> values, ReadOnlySpan<ushort> kinds, int known)
        where T : struct, IBitCoder
    {
        if (_known.Length < known)
            _known = new double[known];
        var next = 0;
        for (var i = 0; i < kinds.Length && !T.Reads; i++)
            if ((kinds[i] & PointColumn.NaNKind) == 0)
                _known[next++] = values[i];
        if (known > 0)
            _values.Code(ref coder, _known.AsSpan(0, known));
        next = 0;
        for (var i = 0; i < kinds.Length && T.Reads; i++)
            values[i] = (kinds[i] & PointColumn.NaNKind) == 0 ? _known[next++] : double.NaN;
    }
}
