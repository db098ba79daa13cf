using System.Globalization;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>What the box writes to its card, as the kernel counts it, and how long the card would last at that rate.</summary>
/// <param name="TodayBytes">Written by this process since midnight UTC, or since it started if that is later.</param>
/// <param name="PerDayBytes">Written by this process per day, over the time it has been watched; null during the first minutes, which say nothing of a day.</param>
/// <param name="DevicePerDayBytes">The same for everything that writes to the block device under the store; null when the kernel does not count it.</param>
/// <param name="LifeYears">Endurance over the rate of the device, or of this process when the device's is unknown; null with the rate.</param>
/// <param name="EnduranceBytes">The assumed endurance.</param>
public sealed record Wear(long TodayBytes, double? PerDayBytes, double? DevicePerDayBytes, double? LifeYears, double EnduranceBytes);

/// <summary>Reads the kernel's counters: <c>write_bytes</c> of /proc/self/io (proc(5)) and the sectors written of the block device
/// (Documentation/block/stat.rst). Both count what is sent to the medium, so the log and every page written twice are in them.</summary>
/// <param name="path">A file on the medium to be watched.</param>
/// <param name="enduranceBytes">What the card can take in its life, bytes.</param>
/// <param name="kernel">Where /proc and /sys are; another place only in tests.</param>
public sealed class WearMeter(string path, TimeProvider time, double enduranceBytes = WearMeter.DefaultEnduranceBytes, string kernel = "/")
{
    /// <summary>30 TB written: an assumption for an industrial 32 GB card (about 1,000 cycles of each cell); the card's datasheet is the truth.</summary>
    public const double DefaultEnduranceBytes = 30e12;

    private const int SectorBytes = 512;
    private const int SectorsWrittenAt = 6;
    private const double DaysPerYear = 365.25;
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly string? _device = Device(path, kernel);
    private (DateTimeOffset At, long Own, long? Device)? _first;
    private (DateTime Day, long Own) _today;

    /// <summary>Reads the counters now; null where the kernel keeps no count of a process's writes.</summary>
    public Wear? Read()
    {
        lock (_gate)
        {
            if (Own() is not { } own)
                return null;
            var (now, written) = (time.GetUtcNow(), Written());
            _first ??= (now, own, written);
            if (_today.Day != now.UtcDateTime.Date)
                _today = (now.UtcDateTime.Date, _today.Day == default ? 0 : own);
            var days = (now - _first.Value.At).TotalDays;
            if (days < Settling.TotalDays)
                return new(own - _today.Own, null, null, null, enduranceBytes);
            var perDay = (own - _first.Value.Own) / days;
            var devicePerDay = (written - _first.Value.Device) / days;
            var life = enduranceBytes / Math.Max(1, devicePerDay ?? perDay) / DaysPerYear;
            return new(own - _today.Own, perDay, devicePerDay, life, enduranceBytes);
        }
    }

    private long? Own()
    {
        const string key = "write_bytes: ";
        foreach (var line in Lines(Path.Combine(kernel, "proc/self/io")))
            if (line.StartsWith(key, StringComparison.Ordinal))
                return long.Parse(line.AsSpan(key.Length), CultureInfo.InvariantCulture);
        return null;
    }

    private long? Written()
    {
        if (_device is null || Lines(_device) is not [var line, ..])
            return null;
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > SectorsWrittenAt ? long.Parse(fields[SectorsWrittenAt], CultureInfo.InvariantCulture) * SectorBytes : null;
    }

    /// <summary>The counters of the device under a path: the longest mount point that holds it names the device's numbers.</summary>
    private static string? Device(string path, string kernel)
    {
        var (full, longest, numbers) = (Path.GetFullPath(path), -1, "");
        foreach (var line in Lines(Path.Combine(kernel, "proc/self/mountinfo")))
        {
            // id parent major:minor root mount-point …
            var fields = line.Split(' ');
            if (fields.Length < 5)
                continue;
            var point = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
            var holds = point == "/" || full == point || full.StartsWith(point + "/", StringComparison.Ordinal);
            if (holds && point.Length >= longest)
                (longest, numbers) = (point.Length, fields[2]);
        }

        var counters = Path.Combine(kernel, "sys/dev/block", numbers, "stat");
        return numbers.Length > 0 && File.Exists(counters) ? counters : null;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
