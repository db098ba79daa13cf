namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Reads what <see cref="RangeEncoder"/> wrote.</summary>
public struct RangeDecoder : IBitCoder
{
    /// <summary>How many zeros the writer may leave off at the end.</summary>
    public const int MostMissing = 4;

    private const uint Top = 1u << 24;

    // Four bytes are read ahead of their use.
    private const int MostBehind = MostMissing + 4;

    private readonly byte[] _bytes;
    private readonly int _end;
    private int _next;
    private uint _code;
    private uint _range;

    /// <exception cref="InvalidDataException">The span is not inside the bytes.</exception>
    public RangeDecoder(byte[] bytes, int from, int length)
    {
        if (from < 0 || length < 0 || from > bytes.Length - length)
            throw new InvalidDataException("A column part reaches beyond its chunk.");
        (_bytes, _next, _end, _range) = (bytes, from, from + length, uint.MaxValue);
        for (var i = 0; i < 4; i++)
            _code = (_code << 8) | Next();
    }

    public static bool Reads => true;

    public bool Bit(ref BitModel model, bool bit)
    {
        unchecked
        {
            var bound = (_range >> BitModel.Bits) * model.No;
            var answer = _code >= bound;
            if (answer)
            {
                _code -= bound;
                _range -= bound;
            }
            else
            {
                _range = bound;
            }

            model.Learn(answer);
            while (_range < Top)
                Shift();
            return answer;
        }
    }

    public uint Raw(uint bits, int count)
    {
        unchecked
        {
            _range >>= count;
            var value = _code / _range;
            if (value >> count != 0)
                throw new InvalidDataException("A column holds bits that nobody wrote.");
            _code -= value * _range;
            while (_range < Top)
                Shift();
            return value;
        }
    }

    private void Shift()
    {
        _range <<= 8;
        _code = (_code << 8) | Next();
    }

    private byte Next()
    {
        if (_next < _end)
            return _bytes[_next++];
        if (_next++ - _end >= MostBehind)
            throw new InvalidDataException("A column ends too early.");
        return 0;
    }
}
