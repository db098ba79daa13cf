using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Kernel;

/// <summary>What is written is read off the kernel's counters and carried on to the life of the card.</summary>
public sealed class WearMeterTests : IDisposable
{
    private readonly StoreFolder _kernel = new();
    private readonly HandTime _time = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_day_of_writing_is_counted_and_projected()
    {
        Put("proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 179:2 / /data rw - ext4 /dev/mmcblk0p2 rw\n");
        Write(own: 1_000, sectors: 10);
        var meter = new WearMeter("/data/smartems.db", _time, 30e12, _kernel.Directory);
        Assert.Equal(new Wear(1_000, null, null, null, 30e12), meter.Read());
        _time.Now += TimeSpan.FromDays(2);
        Write(own: 41_000, sectors: 10 + 2_000_000);
        var wear = meter.Read()!;
        Assert.Equal((0, 20_000.0, 512e6), (wear.TodayBytes, wear.PerDayBytes!.Value, wear.DevicePerDayBytes!.Value));
        Assert.Equal(30e12 / 512e6 / 365.25, wear.LifeYears!.Value, 6);
        Write(own: 42_500, sectors: 3_000_000);
        Assert.Equal(1_500, meter.Read()!.TodayBytes);
    }

    [Fact]
    public void Without_the_devices_counter_the_process_own_rate_stands_in()
    {
        Put("proc/self/mountinfo", "1 0 0:45 / / rw - tmpfs tmpfs rw\n");
        Put("proc/self/io", "write_bytes: 0\n");
        var meter = new WearMeter("/x.db", _time, 1e12, _kernel.Directory);
        meter.Read();
        _time.Now += TimeSpan.FromDays(1);
        Put("proc/self/io", "write_bytes: 1000000\n");
        var wear = meter.Read()!;
        Assert.Null(wear.DevicePerDayBytes);
        Assert.Equal(1e12 / 1e6 / 365.25, wear.LifeYears!.Value, 6);
    }

    [Fact]
    public void A_kernel_that_does_not_count_gives_nothing() => Assert.Null(new WearMeter("/x.db", _time, 1e12, _kernel.Directory).Read());

    private void Write(long own, long sectors)
    {
        Put("proc/self/io", $"rchar: 5\nwrite_bytes: {own}\ncancelled_write_bytes: 0\n");
        Put("sys/dev/block/179:2/stat", $"  1 2 3 4 5 6 {sectors} 8 9\n");
    }

    private void Put(string file, string text)
    {
        var path = Path.Combine(_kernel.Directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private sealed class HandTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
