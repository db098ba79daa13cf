namespace SmartEms.Edge.Core.Sensing;

/// <summary>The registers a value becomes, or in words why it cannot.</summary>
public readonly record struct Encoded(ushort[] Words, string? Refusal)
{
    public bool IsOk => Refusal is null;

    internal static Encoded No(string why) => new([], why);
}

/// <summary>Numbers to registers: the inverse of <see cref="Decoding"/>. What does not fit is refused, never bent.</summary>
public static class RegisterEncoding
{
    /// <summary>Scaling leaves noise behind; so near to a whole step (in steps) it is that step.</summary>
    private const double StepNoise = 1e-6;

    /// <summary>The registers of <paramref name="value"/> (in the point's unit), refused outside the point's plausible range.
    /// <paramref name="power"/> is the sample of the point's scale factor, if it has one.</summary>
    public static Encoded Of(PointDefinition point, double value, Sample power = default) =>
        value < point.Min || value > point.Max
            ? Encoded.No($"{point.Name}: {Show(value, point)} is outside {Show(point.Min, point)} … {Show(point.Max, point)}")
            : Unchecked(point, value, power);

    /// <summary>As <see cref="Of"/> but without the plausible range: for simulated devices, which may well be wrong.</summary>
    public static Encoded Unchecked(PointDefinition point, double value, Sample power = default)
    {
        if (!double.IsFinite(value))
            return Encoded.No($"{point.Name}: not a number");
        if (point.Mask != 0)
            return Encoded.No($"{point.Name}: some bits of a register cannot be written alone");
        if (point.Map.Count > 0)
            return Mapped(point, value);
        if (point.ScaleFactor is not null && !power.IsKnown)
            return Encoded.No($"{point.Name}: its scale factor {point.ScaleFactor} is {power.Quality}");
        var raw = PowersOfTen.Over(point.ScaleFactor is null ? value : PowersOfTen.Down(value, (int)power.Value), point.Scale);
        switch (point.Type)
        {
            case RegisterType.Text:
                return Encoded.No($"{point.Name}: a text takes no number");
            case RegisterType.F32:
                return Math.Abs(raw) < float.MaxValue
                    ? Words(point, BitConverter.SingleToUInt32Bits((float)raw))
                    : Encoded.No($"{point.Name}: {Show(value, point)} does not fit into {point.Type}");
            case RegisterType.F64:
                return Words(point, BitConverter.DoubleToUInt64Bits(raw));
            default:
                return Whole(point, value, Math.Round(raw, MidpointRounding.AwayFromZero));
        }
    }

    /// <summary>The registers of a point that is some bits of them, laid among the others that <paramref name="held"/> has; for simulated devices only,
    /// because another client may change the other bits meanwhile.</summary>
    public static Encoded AmongBits(PointDefinition point, double value, ReadOnlySpan<ushort> held)
    {
        var own = Unchecked(point with { Mask = 0, ScaleFactor = null }, value);
        if (!own.IsOk)
            return own;
        var bits = Decoding.Bits(point, own.Words) << System.Numerics.BitOperations.TrailingZeroCount(point.Mask);
        var before = Decoding.Bits(point, held);
        if (Decoding.IsSentinel(point, before))
            before = 0;
        return (bits & ~point.Mask) == 0
            ? Words(point, (before & ~point.Mask) | bits)
            : Encoded.No($"{point.Name}: {Show(value, point)} does not fit into its bits");
    }

    /// <summary>The registers of a text, padded with NULs; refused when longer than the point.</summary>
    public static Encoded OfText(PointDefinition point, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        if (point.Type != RegisterType.Text || bytes.Length > point.Width * 2)
            return Encoded.No($"{point.Name}: '{text}' does not fit into {point.Width} registers");
        var words = new ushort[point.Width];
        for (var i = 0; i < bytes.Length; i++)
            words[i / 2] |= (ushort)(bytes[i] << (i % 2 == 0 ? 8 : 0));
        return new(words, null);
    }

    /// <summary>The value on the point's own steps that is no larger in either direction: 10.5 A is 10 A for a charger of whole amperes. For powers and
    /// currents, where less is the safer side. Floats and codes have no steps and stay as they are.</summary>
    public static double TowardsZero(PointDefinition point, double value, Sample power = default)
    {
        if (point.Type is RegisterType.F32 or RegisterType.F64 or RegisterType.Text || point.Map.Count > 0 || (point.ScaleFactor is not null && !power.IsKnown))
            return value;
        var up = point.ScaleFactor is null ? 0 : (int)power.Value;
        var raw = PowersOfTen.Over(PowersOfTen.Down(value, up), point.Scale);
        var nearest = Math.Round(raw);
        var whole = Math.Abs(raw - nearest) <= StepNoise ? nearest : Math.Truncate(raw);
        return PowersOfTen.Up(PowersOfTen.Times(whole, point.Scale), up);
    }

    /// <summary>Smallest and largest value the point can carry: its type at this scale, within its plausible range.</summary>
    public static (double Least, double Most) Range(PointDefinition point, Sample power = default)
    {
        var (least, most) = RawRange(point.Type);
        var up = point.ScaleFactor is not null && power.IsKnown ? (int)power.Value : 0;
        var a = PowersOfTen.Up(PowersOfTen.Times(least, point.Scale), up);
        var b = PowersOfTen.Up(PowersOfTen.Times(most, point.Scale), up);
        return (Math.Max(Math.Min(a, b), point.Min), Math.Min(Math.Max(a, b), point.Max));
    }

    private static Encoded Mapped(PointDefinition point, double value)
    {
        long? code = null;
        foreach (var (raw, canonical) in point.Map)
            if (canonical == value && (code is null || raw < code))
                code = raw;
        return code is { } found
            ? Words(point, unchecked((ulong)found))
            : Encoded.No($"{point.Name}: no code means {Show(value, point)}");
    }

    private static Encoded Whole(PointDefinition point, double value, double raw)
    {
        var (least, most) = RawRange(point.Type);
        if (raw < least || raw > most)
            return Encoded.No($"{point.Name}: {Show(value, point)} does not fit into {point.Type}");
        var bits = point.Type == RegisterType.U64 ? (ulong)raw : unchecked((ulong)(long)raw);
        bits &= point.Width switch { 1 => 0xFFFF, 2 => 0xFFFF_FFFF, _ => ulong.MaxValue };
        return Decoding.IsSentinel(point, bits)
            ? Encoded.No($"{point.Name}: {Show(value, point)} is the code for \"no value\"")
            : Words(point, bits);
    }

    /// <summary>Whole numbers a type holds; the 64-bit ends are the nearest doubles inside.</summary>
    private static (double Least, double Most) RawRange(RegisterType type) => type switch
    {
        RegisterType.U16 => (0, ushort.MaxValue),
        RegisterType.S16 => (short.MinValue, short.MaxValue),
        RegisterType.U32 => (0, uint.MaxValue),
        RegisterType.S32 => (int.MinValue, int.MaxValue),
        RegisterType.U64 => (0, 18_446_744_073_709_549_568),
        RegisterType.S64 => (-9_223_372_036_854_774_784, 9_223_372_036_854_774_784),
        RegisterType.SunSsf => (-PowersOfTen.Largest, PowersOfTen.Largest),
        RegisterType.F32 => (-3.4e38, 3.4e38),
        _ => (double.MinValue, double.MaxValue),
    };

    private static Encoded Words(PointDefinition point, ulong bits) => new(WordOrders.Part(point.Words, bits, point.Width), null);

    private static string Show(double value, PointDefinition point) => point.Unit.Length == 0 ? $"{value}" : $"{value} {point.Unit}";
}
