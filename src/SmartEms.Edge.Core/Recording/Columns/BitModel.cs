using System.Runtime.InteropServices;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>What is known of one yes-or-no question: how often the answer was no, learnt quickly at first and slowly later. The default has seen nothing.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct BitModel
{
    /// <summary>Bits of a probability as the coder uses it.</summary>
    public const int Bits = 12;

    private const int Surest = 32_768 - 64;

    // Weight of the n-th answer, in 1/32768: 1/(n + 1.5), the Krichevsky-Trofimov estimate, down to a floor that lets old habits fade.
    private static readonly int[] Weights = [.. Enumerable.Range(0, 72).Select(n => (int)(32_768 / (n + 1.5)))];

    private short _skew;
    private byte _seen;

    /// <summary>Probability of a no, in 1/4096, never 0 nor 1.</summary>
    public readonly uint No => unchecked((uint)(32_768 + _skew) >> (16 - Bits));

    public void Learn(bool answer)
    {
        unchecked
        {
            _skew += (short)((((answer ? -Surest : Surest) - _skew) * Weights[_seen]) >> 15);
            if (_seen < 71)
                _seen++;
        }
    }
}
