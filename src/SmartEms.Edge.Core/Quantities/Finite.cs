using System.Runtime.CompilerServices;

namespace SmartEms.Edge.Core.Quantities;

/// <summary>The one gate every quantity passes: finite, and −0 made +0, so that equal quantities have equal bytes.</summary>
internal static class Finite
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Checked(double value, string quantity) =>
        double.IsFinite(value) ? value + 0.0 : Refuse(value, quantity);

    private static double Refuse(double value, string quantity) =>
        throw new ArgumentOutOfRangeException(nameof(value), value, $"{quantity} must be a finite number; a reading that is not one is Bad, never a quantity.");
}
