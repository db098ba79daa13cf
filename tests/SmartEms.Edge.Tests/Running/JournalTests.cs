using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Faults;
using Xunit;

namespace SmartEms.Edge.Tests.Running;

public sealed class JournalTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);

    [Fact]
    public async Task A_finding_is_durable_when_the_act_may_go_on()
    {
        using var store = new MemoryStore();
        await using var recorder = new Recorder(store, TimeProvider.System);
        var journal = new Journal(Given.Site(), recorder, new(TextWriter.Null, false), new SimulatedTime(DateTimeOffset.UnixEpoch)); // its patience never ends

        await journal.FindingsAsync([Change(), Change()], new(5_000)).AsTask().WaitAsync(Hang);

        Assert.Equal(2, store.Read(LedgerKind.Finding, Always, Never).Count());
    }

    [Fact]
    public async Task A_disk_that_hangs_holds_control_no_longer_than_its_patience()
    {
        using var inner = new MemoryStore();
        using var open = new ManualResetEventSlim();
        var orders = new SickStore.Orders { Dawdle = open.Wait };
        var recorder = new Recorder(orders.Open(inner), TimeProvider.System, () => orders.Open(inner));
        var journal = new Journal(Given.Site(), recorder, new(TextWriter.Null, false), TimeProvider.System);

        await journal.FindingsAsync([Change()], new(5_000)).AsTask().WaitAsync(Hang); // the disk has still not answered

        Assert.Empty(inner.Read(LedgerKind.Finding, Always, Never));
        open.Set();
        await recorder.DisposeAsync();
    }

    [Fact]
    public async Task A_step_of_the_clock_and_a_change_of_alerts_stand_in_the_ledger()
    {
        using var store = new MemoryStore();
        var recorder = new Recorder(store, TimeProvider.System);
        var journal = new Journal(Given.Site(), recorder, new(TextWriter.Null, false), TimeProvider.System);
        var seen = new List<LedgerEntry>();

        journal.Clock(new(1_000_000), 0);
        journal.Clock(new(1_001_000), 1_000);
        journal.Clock(new(9_002_000), 2_000);
        journal.Alerts(Core.Alerting.AlertBook.Empty, Core.Alerting.AlertBook.Empty.Update([new(FindingCode.StoreFailing)], new(7_000)), new(7_000));
        Assert.True(await recorder.AppendAsync(LedgerKind.Note, new(8_000), [1]).WaitAsync(Hang)); // behind all that was handed in before
        seen.AddRange(store.Read(LedgerKind.ClockStep, Always, Never));
        seen.AddRange(store.Read(LedgerKind.Alert, Always, Never));
        await recorder.DisposeAsync();

        Assert.Equal(2, seen.Count);
        Assert.Equal(TimeSpan.FromSeconds(8_000), ClockStep.FromBytes(seen[0].Body).By);
        Assert.True(AlertChange.FromBytes(seen[1].Body).IsOpened);
    }

    private static FindingChange Change() => new(new(FindingCode.StoreFailing), true, "the store fails");
}
