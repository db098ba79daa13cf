using System.Text;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Running;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>Whatever the disk does, whoever records never waits for it, nothing acknowledged is lost, nothing is stored twice, and what had to go is noted as a gap.</summary>
[Collection(FaultRun.Name)]
public sealed class RecorderFaults(ITestOutputHelper output)
{
    private static readonly Instant Always = new(long.MinValue);
    private static readonly Instant Never = new(long.MaxValue);
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task S7_a_write_error_recycles_the_store_and_nothing_is_lost_or_doubled()
    {
        var (rounds, random) = (Effort.Of(3, 40), new Random(Effort.Seed));
        output.WriteLine($"seed {Effort.Seed}, {rounds} rounds");
        using var inner = new MemoryStore();
        var (orders, total) = (new SickStore.Orders(), 0);
        await using (var recorder = new Recorder(orders.Open(inner), TimeProvider.System, () => orders.Open(inner)))
            for (var round = 0; round < rounds; round++)
            {
                var (failing, kept) = (1, random.Next(2) == 0);
                orders.StoresAllTheSame = () => kept;
                orders.Fails = () => Interlocked.Decrement(ref failing) == 0;
                var told = Enumerable.Range(0, 20).Select(_ => Append(recorder, total++)).ToArray();
                Assert.Contains(false, await Task.WhenAll(told).WaitAsync(Hang));
                Assert.NotNull(recorder.Failure); // said at once, so Follow's next look raises F501
                await Until(() => recorder.Failure is null);
                Assert.True(await Append(recorder, total++).WaitAsync(Hang));
                Assert.Equal(round + 1, recorder.State.Recycled);
            }

        Assert.Equal(Enumerable.Range(0, total), Stored(inner));
        Evidence.Passed("S7 in process", "write or fsync error of the store, the failed entry stored or not (in process)", rounds, "store recycled, 0 lost, 0 doubled, alarm at once");
    }

    [Fact]
    public async Task S10_a_slow_disk_delays_nobody_and_is_said()
    {
        using var inner = new MemoryStore();
        using var open = new ManualResetEventSlim();
        var orders = new SickStore.Orders { Dawdle = open.Wait };
        const int bound = 200_000;
        var recorder = new Recorder(orders.Open(inner), TimeProvider.System, () => orders.Open(inner), bound);
        var longest = 0L;
        for (var step = 0; step < 2_000; step++)
        {
            var start = TimeProvider.System.GetTimestamp();
            recorder.Telemetry(Samples(step, 40), Name);
            _ = Append(recorder, step);
            longest = Math.Max(longest, (long)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            Assert.True(recorder.State.QueueBytes <= bound + 10_000, $"{recorder.State.QueueBytes} bytes wait, {bound} may");
        }

        // The store has not moved at all, so none of the 2,000 steps can have waited for it.
        Assert.False(open.IsSet);
        await Until(() => recorder.Failure is not null);
        Assert.Contains("slow", recorder.Failure, StringComparison.Ordinal);
        Assert.True(recorder.State.DroppedSamples > 0);
        open.Set();
        await Until(() => recorder.Failure is null);
        await recorder.DisposeAsync();
        var kept = Stored(inner);
        Assert.Equal(kept.Order().Distinct(), kept);
        Assert.Equal(2_000, kept.Count + (int)recorder.State.DroppedEntries);
        var gaps = inner.Read(LedgerKind.Note, Always, Never).Select(e => Encoding.UTF8.GetString(e.Body)).ToList();
        Assert.Contains(gaps, gap => gap.StartsWith($"gap: {recorder.State.DroppedSamples} telemetry samples and {recorder.State.DroppedEntries} ledger entries", StringComparison.Ordinal));
        Evidence.Passed("S10 in process", "a disk that takes no commit while 2,000 Follow steps record", 2_000, $"0 steps waited (longest {longest} ms), queue bounded, said as failure, gap noted");
    }

    [Fact]
    public async Task A_store_that_cannot_be_opened_at_first_is_opened_later()
    {
        using var inner = new MemoryStore();
        var (orders, tries) = (new SickStore.Orders(), 0);
        await using (var recorder = new Recorder(null, TimeProvider.System, () => ++tries < 2 ? throw new IOException("not yet") : orders.Open(inner)))
        {
            Assert.False(await Append(recorder, 0).WaitAsync(Hang));
            Assert.NotNull(recorder.Failure);
            await Until(() => recorder.Failure is null);
        }

        Assert.Equal([0], Stored(inner));
    }

    [Fact]
    public async Task Telemetry_in_hand_when_the_store_fails_is_stored_later()
    {
        using var inner = new MemoryStore();
        var orders = new SickStore.Orders();
        var failing = 1;
        orders.Fails = () => Interlocked.Decrement(ref failing) == 0;
        await using (var recorder = new Recorder(orders.Open(inner), TimeProvider.System, () => orders.Open(inner)))
        {
            for (var step = 0; step < 500; step++)
                recorder.Telemetry(Samples(step, 40), Name);
            await Until(() => recorder.Failure is not null);
            await Until(() => recorder.Failure is null);
        }

        Assert.Equal(Enumerable.Range(0, 500), inner.ReadTelemetry(inner.PointNumber("device/39", "W"), Always, Never).Select(s => (int)s.At.UnixMilliseconds));
    }

    private static Task<bool> Append(Recorder recorder, int number)
    {
        var body = new byte[600];
        BitConverter.TryWriteBytes(body, number);
        return recorder.AppendAsync(LedgerKind.Receipt, new Instant(number), body);
    }

    private static List<int> Stored(MemoryStore store) => [.. store.Read(LedgerKind.Receipt, Always, Never).Select(e => BitConverter.ToInt32(e.Body))];

    private static TelemetrySample[] Samples(int at, int points) =>
        [.. Enumerable.Range(0, points).Select(p => new TelemetrySample(new Instant(at), p, p, Trust.Good, BadReason.None))];

    private static (string Name, string Unit) Name(int point) => ($"device/{point}", "W");

    private static async Task Until(Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Hang, "it did not happen within a minute");
            await Task.Delay(10);
        }
    }
}
