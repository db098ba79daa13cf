using System.Numerics;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Whole numbers that are mostly near zero: the length in bits is foretold from the length before, then sign and second highest bit; the rest is raw.</summary>
public sealed class NumberModel
{
    private const int Lengths = 65;
    private const int RawStep = 16;

    private readonly BitModel[] _longer = new BitModel[3 * Lengths];
    private readonly BitModel[] _second = new BitModel[Lengths];
    private readonly BitModel[] _sign = new BitModel[3];
    private int _before;

    public void Reset()
    {
        Array.Clear(_longer);
        Array.Clear(_second);
        Array.Clear(_sign);
        _before = 0;
    }

    public long Code<T>(ref T coder, long value)
        where T : struct, IBitCoder
    {
        unchecked
        {
            var size = (ulong)(value < 0 ? -value : value);
            var context = _before == 0 ? 0 : _before <= 3 ? 1 : 2;
            var length = CodeLength(ref coder, _longer.AsSpan(context * Lengths, Lengths), 64 - BitOperations.LeadingZeroCount(size));
            _before = length;
            if (length == 0)
                return 0;
            var negative = coder.Bit(ref _sign[context], value < 0);
            size = length == 1 ? 1 : CodeBelowTop(ref coder, size, length);
            return negative ? -(long)size : (long)size;
        }
    }

    private static int CodeLength<T>(ref T coder, Span<BitModel> longer, int length)
        where T : struct, IBitCoder
    {
        var at = 0;
        while (at < Lengths - 1 && coder.Bit(ref longer[at], length > at))
            at++;
        return at;
    }

    private ulong CodeBelowTop<T>(ref T coder, ulong size, int length)
        where T : struct, IBitCoder
    {
        var left = length - 2;
        var result = 2ul | (coder.Bit(ref _second[length], ((size >> left) & 1) != 0) ? 1ul : 0);
        while (left > 0)
        {
            var now = Math.Min(left, RawStep);
            left -= now;
            result = (result << now) | coder.Raw((uint)((size >> left) & ((1u << now) - 1)), now);
        }

        return result;
    }
}
