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
    private const long HangsAfterMs = 60_000;

    [Fact]
    public async Task P1_a_transaction_that_never_ends_is_seen_within_a_minute()
    {
        SimulatedTime time = new(DateTimeOffset.UnixEpoch);
        var site = House.Site();
        await using var field = Layer(time, device => device == House.Inverter ? new StuckBus() : new AwayBus());
        using CancellationTokenSource ended = new();
        var running = field.RunAsync(TimeSpan.FromSeconds(1), ended.Token);
        Assert.Null(field.Hanging(HangsAfterMs));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.DoesNotContain(House.Inverter, field.Hanging(HangsAfterMs)?.Device ?? "", StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(field.Hanging(HangsAfterMs));
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static FieldLayer Layer(SimulatedTime time, Func<string, IRegisterBus> busOf) =>
        new(House.Site(), new(time), device => Hardware.Profile(device.Profile), (device, _) => busOf(device.Name), new(_ => { }, new WriteBudget()));

    /// <summary>Takes a request and never comes back from it, whatever its deadline.</summary>
    private sealed class StuckBus : IRegisterBus
    {
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
