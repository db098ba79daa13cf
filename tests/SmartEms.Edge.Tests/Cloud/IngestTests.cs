using System.Security.Cryptography;
using SmartEms.Cloud.Ingesting;
using SmartEms.Cloud.Receiving;
using SmartEms.Cloud.Storing;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Adapters.Mqtt;
using SmartEms.Edge.Tests.Commanding;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>The whole path over a real broker into a real database: what a box's ledger holds is there once, whatever dies in between.</summary>
public class IngestTests(ITestOutputHelper story)
{
    private const int SlotsOfDay = 96;

    /// <summary>A box that hears no acknowledgement sends again after a minute; here after twelve seconds.</summary>
    private const int Haste = 5;
    private static readonly LiveBoxWith Hasty = new() { Haste = Haste };
    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(10);

    /// <summary>A receiver on a task of its own.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Database database;
        private readonly Task living;

        public Receiver(BrokerAddress broker, Postgres postgres, string name, ECDsa? key = null)
        {
            database = new(postgres.Connection);
            Ingest = new(broker, database, TimeProvider.System, name) { Key = key };
            living = Task.Run(async () =>
            {
                await database.OpenAsync(stop.Token);
                await Ingest.RunAsync(_ => { }, stop.Token);
            });
        }

        public Ingest Ingest { get; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await living.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Ingest.Dispose();
            await database.DisposeAsync();
            stop.Dispose();
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> wanted, Func<string> what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await wanted())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Guard, what());
            await Task.Delay(50);
        }
    }

    private static Task AllThereAsync(LiveBox box, Postgres postgres, Receiver receiver) => UntilAsync(
        async () => await postgres.CountAsync($"SELECT coalesce(max(through), 0) FROM smartems_box WHERE box = '{box.Topics.Box}'") == box.Store.Head.Sequence,
        () => $"not all is there; acknowledged {box.Uplinker.Look.Acknowledged} of {box.Store.Head.Sequence}; {box.Uplinker.Look}; {receiver.Ingest.Figures}; {receiver.Ingest.Look}");

    private static Task AllHeardAsync(LiveBox box, Receiver receiver) => UntilAsync(
        () => Task.FromResult(box.Uplinker.Look.Acknowledged == box.Store.Head.Sequence),
        () => $"acknowledged {box.Uplinker.Look.Acknowledged} of {box.Store.Head.Sequence}; {box.Uplinker.Look}; {receiver.Ingest.Figures}; {receiver.Ingest.Look}");

    [Fact]
    public async Task What_the_ledger_holds_is_in_the_database_once_although_the_broker_is_killed_again_and_again()
    {
        var kills = Environment.GetEnvironmentVariable("SMARTEMS_LONG") == "1" ? 200 : 12;
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using var receiver = new Receiver(broker.Plain, postgres, "ingest-1");
        await using var box = new LiveBox(broker.Plain, differing: Hasty);
        var dice = new Random(3);
        for (var kill = 0; kill < kills; kill++)
        {
            box.Slots(2_000_000 + (kill * 2), 2);
            await UntilAsync(() => Task.FromResult(box.Uplinker.Look.State >= UplinkState.Syncing), () => $"no session to break; {box.Uplinker.Look}");
            await Task.Delay(dice.Next(0, 700));
            broker.Kill();
            box.Note();
            await Task.Delay(dice.Next(5, 200));
            await broker.StartAsync();
        }
        await AllThereAsync(box, postgres, receiver);
        Assert.True(box.Uplinker.Look.Link.Sessions > kills / 2, $"{box.Uplinker.Look.Link.Sessions} sessions were broken by {kills} kills");
        Assert.Equal(box.Sendable, await postgres.CountAsync("SELECT count(*) FROM smartems_entry"));
        Assert.Equal(kills * 2, await postgres.CountAsync("SELECT count(*) FROM smartems_summary"));
        Assert.Equal(0, await postgres.CountAsync("SELECT count(*) FROM smartems_covered"));
        Assert.Equal(box.Store.Head.Sequence, await postgres.CountAsync("SELECT through FROM smartems_box"));
    }

    /// <summary>Q1 on a real wire; <see cref="Syncing.OutboxTests"/> has it at the true pace on simulated time.</summary>
    [Fact]
    public async Task A_day_of_absence_comes_in_order_and_once_and_what_is_new_does_not_wait_for_it()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using var receiver = new Receiver(broker.Plain, postgres, "ingest-1");
        using var listener = Client.Open(Client.Settings(broker.Plain) with { Filters = ["smartems/v1/acme/+/+/summary"] });
        await UntilAsync(() => Task.FromResult(receiver.Ingest.Look.State == UplinkState.Syncing), () => "the receiver has no session");
        await using var box = new LiveBox(broker.Plain, differing: Hasty with { Before = made => made.Slots(2_000_000, SlotsOfDay) });
        await UntilAsync(() => Task.FromResult(box.Uplinker.Look.State == UplinkState.Syncing), () => $"the box has no session; {box.Uplinker.Look}"); // what was written before is old
        var (old, began, latencies) = (box.Store.Head.Sequence, TimeProvider.System.GetTimestamp(), new List<double>());
        while (box.Uplinker.Look.Acknowledged < old)
        {
            box.Note();
            var (note, born) = (box.Store.Head.Sequence, TimeProvider.System.GetTimestamp());
            await UntilAsync(async () => await postgres.CountAsync(FormattableString.Invariant($"SELECT count(*) FROM smartems_entry WHERE seq = {note}")) == 1, () => $"{note} does not come; {box.Uplinker.Look}");
            latencies.Add(TimeProvider.System.GetElapsedTime(born).TotalSeconds);
        }
        var drained = TimeProvider.System.GetElapsedTime(began) * Haste;
        await AllThereAsync(box, postgres, receiver);
        story.WriteLine($"a day of {SlotsOfDay} quarter-hours drained in {drained.TotalSeconds:0} s of the box's time; {latencies.Count} new entries meanwhile, in the database after at most {latencies.Max():0.0} s");
        Assert.InRange(drained, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Assert.All(latencies, seconds => Assert.InRange(seconds, 0, 5));
        Assert.Equal(box.Sendable, await postgres.CountAsync("SELECT count(*) FROM smartems_entry"));
        Assert.Equal(SlotsOfDay, await postgres.CountAsync("SELECT count(*) FROM smartems_summary"));
        listener.Until(() => listener.Received.Count() >= SlotsOfDay, "the summaries");
        var order = listener.Received.Select(one => Incoming.Read(one)!.From).Distinct().ToArray();
        Assert.Equal(order.Order(), order);
    }

    [Fact]
    public async Task Two_receivers_share_a_fleet_and_one_that_dies_loses_nothing()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using (var tables = new Database(postgres.Connection))
            await tables.OpenAsync(default);
        await using var first = new Receiver(broker.Plain, postgres, "ingest-1");
        var second = new Receiver(broker.Plain, postgres, "ingest-2");
        await using var box = new LiveBox(broker.Plain, differing: Hasty);
        await using var other = new LiveBox(broker.Plain, "box-2", Hasty);
        box.Slots(2_000_000, 12);
        other.Slots(2_000_000, 12);
        await UntilAsync(async () => await postgres.CountAsync("SELECT count(*) FROM smartems_entry") >= 8, () => "nothing comes");
        await second.DisposeAsync();
        await AllThereAsync(box, postgres, first);
        await AllThereAsync(other, postgres, first);
        Assert.Equal(box.Sendable + other.Sendable, await postgres.CountAsync("SELECT count(*) FROM smartems_entry"));
        Assert.Equal(24, await postgres.CountAsync("SELECT count(*) FROM smartems_summary"));
    }

    [Fact]
    public async Task A_database_that_dies_is_waited_for_and_nothing_is_acknowledged_that_it_does_not_have()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using var receiver = new Receiver(broker.Plain, postgres, "ingest-1");
        await using var box = new LiveBox(broker.Plain, differing: Hasty);
        box.Slots(2_000_000, 2);
        await AllHeardAsync(box, receiver);
        await postgres.StopAsync();
        var before = box.Uplinker.Look.Acknowledged;
        box.Slots(2_000_100, 2);
        await Task.Delay(TimeSpan.FromSeconds(3)); // long enough that it would have come
        Assert.Equal(before, box.Uplinker.Look.Acknowledged);
        await postgres.StartAgainAsync();
        await AllThereAsync(box, postgres, receiver);
        Assert.Equal(4, await postgres.CountAsync("SELECT count(*) FROM smartems_summary"));
    }

    /// <summary>What is new is confirmed by the broker; the receiver's own word comes with the first message, and then once an hour.</summary>
    [Fact]
    public async Task Only_who_asks_is_acknowledged_and_what_was_not_asked_for_is_stored_all_the_same()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using var receiver = new Receiver(broker.Plain, postgres, "ingest-1");
        await UntilAsync(() => Task.FromResult(receiver.Ingest.Look.State == UplinkState.Syncing), () => "the receiver has no session");
        await using var box = new LiveBox(broker.Plain);
        box.Note();
        await AllHeardAsync(box, receiver);
        var (acks, through) = (receiver.Ingest.Figures.Acks, box.Uplinker.Look.Acknowledged);
        box.Slots(2_000_000, 3);
        box.Store.Append(LedgerKind.Cycle, new Slot(2_000_003).Start, Control.House.Record.ToBytes());
        await AllThereAsync(box, postgres, receiver);
        await using var other = new LiveBox(broker.Plain, "box-2");
        other.Note();
        await AllHeardAsync(other, receiver); // the receiver acknowledges in the order of asking: had the first box asked, its turn would be over
        Assert.Equal((acks + 1, through), (receiver.Ingest.Figures.Acks, box.Uplinker.Look.Acknowledged));
        Assert.Equal(3, await postgres.CountAsync("SELECT count(*) FROM smartems_summary WHERE watched_s = 900"));
        Assert.Equal(1, await postgres.CountAsync("SELECT count(*) FROM smartems_entry WHERE kind = 'decision'"));
        Assert.Equal(3, await postgres.CountAsync("SELECT count(*) FROM smartems_entry WHERE kind = 'summary'"));
    }

    /// <summary>One box knows the receiver's key, the other knows none: both hear it, and the first nobody else.</summary>
    [Fact]
    public async Task What_a_receiver_signs_is_heard_and_what_others_say_is_not()
    {
        using var senders = new Senders();
        await using var postgres = await Postgres.StartAsync();
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        await using var box = new LiveBox(broker.Plain, differing: Hasty with { Heard = message => SignedAck.Heard(message, Senders.Device, senders.WithReceiver) });
        await using var other = new LiveBox(broker.Plain, "box-2", Hasty with { Heard = message => SignedAck.Heard(message, CommandEnvelope.DeviceOf("acme", Given.Site().Id, "box-2"), OperatorKeys.None) });
        box.Slots(2_000_000, 3);
        other.Slots(2_000_000, 3);
        using (var stranger = Client.Open(Client.Settings(broker.Plain)))
        {
            await UntilAsync(() => Task.FromResult(box.Uplinker.Look.State == UplinkState.Live), () => $"the box is not live; {box.Uplinker.Look}");
            stranger.Confirmed(stranger.Publish(box.Topics.Acknowledge, $$"""{"v":1,"through":{{box.Store.Head.Sequence}},"epoch":1}"""));
            await UntilAsync(() => Task.FromResult(box.Uplinker.Look.Trouble?.Contains("has signed", StringComparison.Ordinal) == true), () => $"the forged word is not told of; {box.Uplinker.Look}");
            Assert.Equal(0, box.Uplinker.Look.Acknowledged);
        }
        await using var receiver = new Receiver(broker.Plain, postgres, "ingest-1", senders.Receiver);
        await AllHeardAsync(box, receiver);
        await AllHeardAsync(other, receiver);
        Assert.Null(box.Uplinker.Look.Trouble);
    }

    [Fact]
    public async Task A_later_entry_of_a_quarter_hour_replaces_an_earlier_one_in_whatever_order_they_come()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var database = new Database(postgres.Connection);
        await database.OpenAsync(default);
        Incoming Message(long sequence, double import) => new(new("t", "s", "b"), "summary")
        {
            From = sequence,
            To = sequence,
            Items = [new(sequence, "summary", FormattableString.Invariant($$"""{"seq":{{sequence}},"slot":7,"import_wh":{{import}}}""")) { Slot = 7 }],
        };
        await database.StoreAsync([Message(5, 55)], default);
        await database.StoreAsync([Message(2, 22), Message(5, 55)], default);
        Assert.Equal(55, await postgres.CountAsync("SELECT import_wh FROM smartems_summary"));
        var places = await database.StoreAsync([Message(1, 11)], default);
        Assert.Equal(2, Assert.Single(places).Through);
        await Task.Delay(20);
        var stuck = Assert.Single(await database.StuckAsync(TimeSpan.FromMilliseconds(5), default));
        Assert.Equal([(3L, 4L)], stuck.Missing);
    }
}
