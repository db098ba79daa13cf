namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>A reproducible source of chance for simulated trouble: the same seed gives the same trouble on every machine and runtime.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood 2014).</remarks>
internal struct SeededBytes(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            ulong z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>0 … below−1.</summary>
    public int Next(int below) => (int)(Next() % (ulong)below);

    public void Fill(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(Next() & 0xFF);
    }
}
