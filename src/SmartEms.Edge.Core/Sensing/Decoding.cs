namespace SmartEms.Edge.Core.Sensing;

/// <summary>Registers to numbers, for every device and every point: the one decoder. Everything it needs stands in the point's definition.</summary>
public static class Decoding
{
    private const long LargestScaleFactor = PowersOfTen.Largest;

    /// <summary>The raw bits of a numeric point as one unsigned number; <paramref name="words"/> holds <see cref="PointDefinition.Width"/> registers.</summary>
    public static ulong Bits(PointDefinition point, ReadOnlySpan<ushort> words) => WordOrders.Join(point.Words, words, point.Width);

    /// <summary>The number behind raw bits, in the point's unit. <paramref name="power"/> is the sample of the point's scale factor and is not
    /// looked at when the point has none. Sentinels, NaN, infinities and unusable scale factors are Bad(NotAvailable); numbers outside the
    /// plausible range and codes missing from the map are Bad(Implausible).</summary>
    public static Sample Number(PointDefinition point, ulong bits, Sample power = default)
    {
        if (IsSentinel(point, bits))
            return NoValue(point);
        if (point.Mask != 0)
            bits = (bits & point.Mask) >> System.Numerics.BitOperations.TrailingZeroCount(point.Mask);
        if (point.Type == RegisterType.SunSsf)
            return ScaleFactor(bits);
        var raw = Raw(point.Type, bits);
        if (!double.IsFinite(raw) || raw == -float.MaxValue && point.Type == RegisterType.F32 || raw == double.MinValue)
            return NoValue(point);
        if (point.Map.Count > 0)
            return point.Map.TryGetValue(Signed(point.Type, bits), out var canonical)
                ? Plausible(point, canonical)
                : Sample.Bad(BadReason.Implausible);
        var value = PowersOfTen.Times(raw, point.Scale);
        if (point.ScaleFactor is not null)
        {
            if (!power.IsKnown)
                return Sample.Bad(power.Quality.Reason);
            value = PowersOfTen.Up(value, (int)power.Value);
        }
        return Plausible(point, value);
    }

    /// <summary>The text of a Text point: bytes high to low, UTF-8, ended by the first NUL, trimmed; what cannot be printed becomes '?'.
    /// Null when the device left it empty.</summary>
    public static string? Text(PointDefinition point, ReadOnlySpan<ushort> words)
    {
        Span<byte> bytes = stackalloc byte[Math.Min(point.Width, 128) * 2];
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = (byte)(words[i / 2] >> (i % 2 == 0 ? 8 : 0) & 0xFF);
            if (value == 0)
                break;
            bytes[count++] = value;
        }
        var letters = System.Text.Encoding.UTF8.GetString(bytes[..count]).ToCharArray();
        for (var i = 0; i < letters.Length; i++)
            if (char.IsControl(letters[i]) || letters[i] == '\uFFFD')
                letters[i] = '?';
        var text = new string(letters).Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>Applies the point's plausible range; also for derived values.</summary>
    internal static Sample Plausible(PointDefinition point, double value) =>
        value >= point.Min && value <= point.Max
            ? Sample.Good(value + 0.0) // + 0.0 turns −0 into 0
            : Sample.Bad(BadReason.Implausible);

    internal static bool IsSentinel(PointDefinition point, ulong bits)
    {
        foreach (var sentinel in point.Sentinels)
            if (sentinel == bits)
                return true;
        return false;
    }

    private static Sample NoValue(PointDefinition point) =>
        point.NoValueIs is { } value ? Plausible(point, value) : Sample.Bad(BadReason.NotAvailable);

    private static Sample ScaleFactor(ulong bits)
    {
        var power = Signed(RegisterType.SunSsf, bits);
        return power is >= -LargestScaleFactor and <= LargestScaleFactor ? Sample.Good(power) : Sample.Bad(BadReason.NotAvailable);
    }

    private static double Raw(RegisterType type, ulong bits) => type switch
    {
        RegisterType.F32 => BitConverter.UInt32BitsToSingle((uint)bits),
        RegisterType.F64 => BitConverter.UInt64BitsToDouble(bits),
        RegisterType.U64 => bits,
        _ => Signed(type, bits),
    };

    private static long Signed(RegisterType type, ulong bits) => type switch
    {
        RegisterType.S16 or RegisterType.SunSsf => unchecked((short)bits),
        RegisterType.S32 => unchecked((int)bits),
        _ => unchecked((long)bits),
    };
}
