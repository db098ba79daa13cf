using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulation;
using Xunit;

namespace SmartEms.Edge.Tests.Field;

/// <summary>P1: a device's loop that hangs is seen; one whose device is merely away is not called hanging.</summary>
public sealed class HangingLoopTests
{
    [Fact]
    public async Task P1_a_transaction_that_never_ends_is_seen_within_13_s()
    {
        SimulatedTime time = new(DateTimeOffset.UnixEpoch);
        await using var field = Layer(time, device => device == House.Inverter ? new StuckBus() : new AwayBus());
        using CancellationTokenSource ended = new();
        var running = field.RunAsync(TimeSpan.FromSeconds(1), ended.Token);
        for (var second = 0; second < 11; second++)
        {
            Assert.Null(field.Hanging);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(field.Hanging);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task P1_a_loop_that_does_not_come_back_from_its_own_work_is_seen_whatever_its_line_does()
    {
        SimulatedTime time = new(DateTimeOffset.UnixEpoch);
        var line = new StuckBus();
        await using var bus = new WatchedBus(line, new(time));
        for (var second = 0; second < 12; second++, line.Steps++)
        {
            Assert.InRange(bus.StillMs, 0, Motion.HangsAfterMs - 1);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Motion.HangsAfterMs, bus.StillMs);
    }

    /// <summary>Others' turns on a shared line take their time; a turn that never comes is noticed all the same.</summary>
    [Fact]
    public async Task P1_who_waits_for_a_turn_on_a_line_that_moves_is_not_called_hanging_for_a_minute()
    {
        SimulatedTime time = new(DateTimeOffset.UnixEpoch);
        var line = new StuckBus();
        await using var bus = new WatchedBus(line, new(time));
        using CancellationTokenSource ended = new();
        var waiting = bus.ReadAsync(new(1, RegisterSpace.HoldingRegister, 0, 1), new ushort[1], ended.Token).AsTask();
        for (var second = 0; second < 60; second++, line.Steps++)
        {
            Assert.InRange(bus.StillMs, 0, Motion.HangsAfterMs - 1);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(60_000, bus.StillMs);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static FieldLayer Layer(SimulatedTime time, Func<string, IRegisterBus> busOf) =>
        new(House.Site(), new(time), device => Hardware.Profile(device.Profile), (device, _) => busOf(device.Name), new(_ => { }, new WriteBudget()));

    /// <summary>Takes a request and never comes back from it, whatever its deadline.</summary>
    private sealed class StuckBus : IRegisterBus
    {
        public long Steps { get; set; }

        public async ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return default;
        }

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) => throw new InvalidOperationException("nothing is written before anything was read");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Nobody answers, and says so at once.</summary>
    private sealed class AwayBus : IRegisterBus
    {
        public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop) => ValueTask.FromResult(new BusReply(BusStatus.Unreachable));

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) => ValueTask.FromResult(new BusReply(BusStatus.Unreachable));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
