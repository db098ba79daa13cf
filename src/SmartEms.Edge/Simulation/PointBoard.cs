using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Simulation;

/// <summary>The points of one simulated device as its model sets them: by number, and only what changed at the registers' own resolution,
/// so that a refresh is cheap. Used under the lock of <see cref="SimulatedDevices"/>.</summary>
internal sealed class PointBoard
{
    private readonly RegisterTable table;
    private readonly DeviceProfile profile;
    private readonly double[] wanted;
    private readonly double[] shown;
    private readonly double[] perUnit;
    private readonly bool[] owned;
    private readonly bool[] pinned;
    private bool isFrozen;

    public PointBoard(RegisterTable table)
    {
        this.table = table;
        profile = table.Device.Profile;
        var count = profile.Points.Length;
        (wanted, shown, perUnit, owned, pinned) = (new double[count], new double[count], new double[count], new bool[count], new bool[count]);
        Array.Fill(wanted, double.NaN);
        Array.Fill(shown, double.NaN);
        for (var i = 0; i < count; i++)
            perUnit[i] = StepsPerUnit(profile.Points[i], 0);
    }

    public Located Device => table.Device;

    /// <summary>A frozen device shows what it showed last, whatever happens.</summary>
    public bool IsFrozen
    {
        get => isFrozen;
        set
        {
            isFrozen = value;
            Array.Fill(shown, double.NaN);
        }
    }

    /// <summary>Takes a point into a model's own care, so that the general display leaves it alone. −1 when the profile does not have it; setting that does nothing.</summary>
    public int Own(string point)
    {
        var at = profile.IndexOf(point);
        if (at < 0 || profile.Points[at].IsDerived || !Device.Places[at].Installed)
            return -1;
        owned[at] = true;
        return at;
    }

    public bool IsOwned(int point) => owned[point];

    /// <summary>What the model last set, frozen or not; 0 when nothing.</summary>
    public double Value(int point) => point < 0 || double.IsNaN(wanted[point]) ? 0 : wanted[point];

    /// <summary>A value its registers cannot hold shows as "no value".</summary>
    public void Set(int point, double value)
    {
        if (point < 0)
            return;
        wanted[point] = value;
        if (isFrozen || pinned[point])
            return;
        var steps = perUnit[point] > 0 ? Math.Round(value * perUnit[point], MidpointRounding.AwayFromZero) : value;
        if (steps == shown[point])
            return;
        shown[point] = steps;
        if (!table.Set(point, value))
            table.Unset(profile.Points[point].Name);
    }

    /// <summary>A value that never changes by itself.</summary>
    public void Set(string point, double value) => Set(Own(point), value);

    public void Text(string point, string text)
    {
        if (Own(point) >= 0)
            table.SetText(point, text);
    }

    /// <summary>The device has no such value now.</summary>
    public void Clear(int point)
    {
        if (point < 0 || double.IsNaN(wanted[point]))
            return;
        wanted[point] = double.NaN;
        if (isFrozen || pinned[point])
            return;
        shown[point] = double.NaN;
        table.Unset(profile.Points[point].Name);
    }

    /// <summary>Registers from the first to the last point's end answer reads even where no point lies.</summary>
    public void Bridge(string first, string last)
    {
        var (from, to) = (profile.IndexOf(first), profile.IndexOf(last));
        if (from < 0 || to < 0)
            return;
        var (start, end) = (Device.Places[from].Span, Device.Places[to].Span);
        table.LayUnused(start with { Count = (ushort)(end.Address + end.Count - start.Address) });
    }

    /// <summary>Chooses a scale factor: no finer than 10^<paramref name="finest"/>, and coarse enough for <paramref name="largest"/> to fit into 16 bits with a sign.
    /// Returns it.</summary>
    public int Scale(string scaleFactor, int finest, double largest)
    {
        var power = finest;
        while (power < 6 && largest * PowerOf(-power) > short.MaxValue)
            power++;
        Set(scaleFactor, power);
        for (var i = 0; i < perUnit.Length; i++)
            if (profile.Points[i].ScaleFactor == scaleFactor)
                perUnit[i] = StepsPerUnit(profile.Points[i], power);
        return power;
    }

    /// <summary>Raw registers that stay until <see cref="Unpin"/>, whatever the device would say.</summary>
    public void Pin(string point, ReadOnlySpan<ushort> raw)
    {
        table.SetRaw(point, raw);
        pinned[profile.IndexOf(point)] = true;
    }

    public void Unpin(string point)
    {
        var at = profile.IndexOf(point);
        if (at < 0 || !pinned[at])
            return;
        pinned[at] = false;
        shown[at] = double.NaN;
        if (double.IsNaN(wanted[at]))
            table.Unset(point);
        else
            Set(at, wanted[at]);
    }

    private static double StepsPerUnit(PointDefinition point, int power) =>
        point.Map.Count > 0 || point.Type is RegisterType.F32 or RegisterType.F64 or RegisterType.Text or RegisterType.SunSsf
            ? 0
            : PowerOf(-power) / Math.Abs(point.Scale);

    private static double PowerOf(int power)
    {
        var value = 1.0;
        for (var i = 0; i < Math.Abs(power); i++)
            value *= 10;
        return power < 0 ? 1 / value : value;
    }
}
