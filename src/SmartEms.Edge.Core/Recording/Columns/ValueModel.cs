using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>The values of one column. A stretch whose values are decimals (value × 10^k whole, k ≤ 6) is kept as whole numbers, each as its distance from the
/// best of three guesses: the last value, the straight line through the last two, a running mean; which one was best lately, writer and reader both know.
/// Any other stretch is kept as the bits that changed (XOR, as in Gorilla, Pelkonen 2015). Every bit pattern but that of NaN comes back exactly.</summary>
public sealed class ValueModel
{
    private const int AsBits = Decimals.MostDigits + 1;
    private const int ModeBits = 3;
    private const int Guesses = 3;
    private const int MeanShift = 4;

    // A point is mostly all decimals or none: it needs the one or the others.
    private NumberModel? _distances;
    private BitModel[]? _lengths;
    private BitModel[]? _trailing;
    private readonly long[] _guess = new long[Guesses];
    private readonly long[] _error = new long[Guesses];
    private BitModel _modeStays;
    private int _mode;
    private int _digits;
    private long _last;
    private long _mean;
    private ulong _bits;

    public void Reset()
    {
        _distances?.Reset();
        Array.Clear(_lengths ?? []);
        Array.Clear(_trailing ?? []);
        Array.Clear(_guess);
        Array.Clear(_error);
        (_modeStays, _mode, _digits, _last, _mean, _bits) = (default, 0, 0, 0, 0, 0);
    }

    /// <summary>Codes a stretch of at least one value; reading fills it.</summary>
    /// <exception cref="InvalidDataException">Reading: nobody wrote these bytes.</exception>
    public void Code<T>(ref T coder, Span<double> values)
        where T : struct, IBitCoder
    {
        var mode = T.Reads ? _mode : Decimals.Digits(values, _digits);
        if (coder.Bit(ref _modeStays, mode != _mode))
            _mode = (int)coder.Raw((uint)mode, ModeBits);
        if (_mode == AsBits)
        {
            CodeBits(ref coder, values);
            return;
        }

        if (_mode != _digits)
            Rescale(_mode);
        CodeWhole(ref coder, values, Decimals.Powers[_digits]);
    }

    private void CodeWhole<T>(ref T coder, Span<double> values, double power)
        where T : struct, IBitCoder
    {
        var distances = _distances ??= new();
        foreach (ref var value in values)
        {
            var guess = Best();
            var whole = T.Reads ? 0 : (long)Math.Round(value * power);
            whole = unchecked(guess + distances.Code(ref coder, unchecked(whole - guess)));
            if (T.Reads)
            {
                if (whole is > Decimals.MostWhole or < -Decimals.MostWhole)
                    throw new InvalidDataException("A column holds a value that nobody wrote.");
                value = whole / power;
            }

            Learn(whole);
        }

        _bits = BitConverter.DoubleToUInt64Bits(values[^1]);
    }

    private long Best()
    {
        var best = _error[1] < _error[0] ? 1 : 0;
        return _guess[_error[2] < _error[best] ? 2 : best];
    }

    private void Learn(long whole)
    {
        unchecked
        {
            for (var i = 0; i < Guesses; i++)
            {
                var missed = whole - _guess[i];
                _error[i] += (missed < 0 ? -missed : missed) - (_error[i] >> 3);
            }

            _mean += ((whole << MeanShift) - _mean) >> 2;
            _guess[0] = whole;
            _guess[1] = (2 * whole) - _last;
            _guess[2] = (_mean + (1 << (MeanShift - 1))) >> MeanShift;
            _last = whole;
        }
    }

    private void Rescale(int digits)
    {
        var last = Math.Round(_last / Decimals.Powers[_digits] * Decimals.Powers[digits]);
        _last = Math.Abs(last) <= Decimals.MostWhole ? (long)last : 0;
        _mean = _last << MeanShift;
        Array.Fill(_guess, _last);
        Array.Clear(_error);
        _digits = digits;
    }

    private void CodeBits<T>(ref T coder, Span<double> values)
        where T : struct, IBitCoder
    {
        foreach (ref var value in values)
        {
            var changed = T.Reads ? 0 : BitConverter.DoubleToUInt64Bits(value) ^ _bits;
            _bits ^= CodeChange(ref coder, changed);
            value = BitConverter.UInt64BitsToDouble(_bits);
        }
    }

    private ulong CodeChange<T>(ref T coder, ulong changed)
        where T : struct, IBitCoder
    {
        var length = CodeTree(ref coder, _lengths ??= new BitModel[128], 7, 64 - BitOperations.LeadingZeroCount(changed));
        if (length == 0)
            return 0;
        var trailing = CodeTree(ref coder, _trailing ??= new BitModel[64], 6, BitOperations.TrailingZeroCount(changed) & 63);
        if (trailing >= length || length > 64)
            throw new InvalidDataException("A column holds a value that nobody wrote.");
        var result = 0ul;
        for (var left = length - trailing; left > 0;)
        {
            var now = Math.Min(left, 16);
            left -= now;
            result = (result << now) | coder.Raw((uint)((changed >> (trailing + left)) & ((1u << now) - 1)), now);
        }

        return result << trailing;
    }

    private static int CodeTree<T>(ref T coder, BitModel[] models, int bits, int value)
        where T : struct, IBitCoder
    {
        var node = 1;
        for (var i = bits - 1; i >= 0; i--)
            node = (node << 1) | (coder.Bit(ref models[node], ((value >> i) & 1) != 0) ? 1 : 0);
        return node - (1 << bits);
    }
}
