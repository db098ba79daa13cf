namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Writes bits by range coding (Martin 1979, with the carry kept back as in LZMA): what is foretold costs a fraction of a bit, so ten samples
/// cost no more alone than inside an hour, as long as the models live on.</summary>
public struct RangeEncoder : IBitCoder
{
    private const uint Top = 1u << 24;
    private const int FlushBytes = 5;

    private byte[] _bytes;
    private int _length;
    private ulong _low;
    private uint _range;
    private byte _held;
    private int _holding;

    /// <summary>Writes into the scratch array, or a larger one when it gets full.</summary>
    public RangeEncoder(byte[] scratch) => (_bytes, _range, _holding) = (scratch, uint.MaxValue, 1);

    public static bool Reads => false;

    public bool Bit(ref BitModel model, bool bit)
    {
        unchecked
        {
            var bound = (_range >> BitModel.Bits) * model.No;
            if (bit)
            {
                _low += bound;
                _range -= bound;
            }
            else
            {
                _range = bound;
            }

            model.Learn(bit);
            while (_range < Top)
                Shift();
            return bit;
        }
    }

    public uint Raw(uint bits, int count)
    {
        unchecked
        {
            _range >>= count;
            _low += (ulong)_range * bits;
            while (_range < Top)
                Shift();
            return bits;
        }
    }

    /// <summary>Ends the writing and gives the bytes; ends that reading replaces by zeros are left off.</summary>
    public byte[] Finish()
    {
        unchecked
        {
            // Any number inside the range will do: the one with most zeros at its end is the shortest.
            for (var mask = uint.MaxValue >> 1; mask > 0; mask >>= 1)
            {
                var round = (_low + _range - 1) & ~(ulong)mask;
                if (round < _low)
                    continue;
                _low = round;
                break;
            }
        }

        for (var i = 0; i < FlushBytes; i++)
            Shift();
        var end = _length;
        while (end > 1 && _length - end < RangeDecoder.MostMissing && _bytes[end - 1] == 0)
            end--;
        // The first byte is the carry out of nothing, always 0.
        return _bytes[1..end];
    }

    private void Shift()
    {
        unchecked
        {
            _range <<= 8;
            if ((uint)_low < 0xFF00_0000 || _low > uint.MaxValue)
            {
                var carry = (byte)(_low >> 32);
                for (var next = _held; _holding > 0; _holding--, next = 0xFF)
                    Put((byte)(next + carry));
                _held = (byte)(_low >> 24);
            }

            _holding++;
            _low = (_low & 0x00FF_FFFF) << 8;
        }
    }

    private void Put(byte value)
    {
        if (_length == _bytes.Length)
            Array.Resize(ref _bytes, (_bytes.Length * 2) + 64);
        _bytes[_length++] = value;
    }
}
