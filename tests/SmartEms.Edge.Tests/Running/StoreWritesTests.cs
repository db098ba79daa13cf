using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters.Sqlite;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

/// <summary>What the card is sent for ledger and telemetry is told apart, and together it is what the thread wrote.</summary>
public sealed class StoreWritesTests
{
    [Fact]
    public void The_kernels_count_is_split_by_what_was_stored()
    {
        using var folder = new StoreFolder();
        var writes = new StoreWrites();
        var began = ThreadWrites.Bytes();
        writes.ForLedger(() => Write(folder, "ledger", 40));
        writes.ForTelemetry(() => Write(folder, "telemetry", 10));

        Assert.Equal(ThreadWrites.Bytes() - began, writes.Ledger + writes.Telemetry);
        if (writes.Ledger == 0)
            return; // a file system in memory, or a kernel that does not count
        Assert.InRange(writes.Ledger, 40 * 4_096, 40 * 4_096 * 2);
        Assert.InRange(writes.Telemetry, 10 * 4_096, 10 * 4_096 * 3);
    }

    private static void Write(StoreFolder folder, string name, int pages)
    {
        using var file = new FileStream(Path.Combine(folder.Directory, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        file.Write(new byte[pages * 4_096]);
        file.Flush(true);
    }
}
