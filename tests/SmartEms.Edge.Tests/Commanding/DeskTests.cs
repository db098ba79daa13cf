using System.Text;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Syncing;
using SmartEms.Edge.Tests.Syncing;
using Xunit;

namespace SmartEms.Edge.Tests.Commanding;

/// <summary>Commands from the topic to the order book: counted durably first, inside what people at the site allow, every attempt in the ledger, one answer for all
/// that is refused.</summary>
public sealed class DeskTests : IDisposable
{
    private const string To = "smartems/v1/acme/answer/1";

    private readonly Senders senders = new();
    private readonly string folder = Directory.CreateTempSubdirectory("keys").FullName;

    private async Task<(Linked Box, OrderBook Orders, List<byte[]> Answers)> BoxAsync()
    {
        var answers = new List<byte[]>();
        OrderBook? orders = null;
        var box = new Linked(made =>
        {
            made.Time.Advance(TimeSpan.FromMilliseconds(Senders.Now.UnixMilliseconds));
            orders = new(made.Site, made.Recorder, new(made.Time), Log.Silent);
            var files = new KeyFiles(folder);
            files.Pin(Encoding.ASCII.GetBytes(senders.Root.ExportSubjectPublicKeyInfoPem()));
            files.Install(senders.List);
            var desk = new CommandDesk(new(made.Topics, orders, made.Recorder, new(made.Time)) { Keys = files, Sign = sign => sign(senders.Stranger), Gate = senders.Gate });
            made.Command = desk.Take;
        });
        box.Uplink.Deliver = message =>
        {
            if (message.Topic == To)
                answers.Add(message.Payload.ToArray());
        };
        box.Uplink.Plug();
        box.Live(TimeSpan.FromMilliseconds(100));
        await Task.CompletedTask;
        return (box, orders!, answers);
    }

    private static void Send(Linked box, byte[] command)
    {
        box.Uplink.Receive(box.Topics.Command, command, To);
        box.Uplinker.Step(TimeSpan.Zero);
        box.Uplinker.Step(TimeSpan.Zero);
    }

    private CommandResult? Verified(byte[] answer) => CommandResult.Verified(answer, senders.Stranger);

    private static CommandRecord[] Audit(Linked box) =>
        [.. box.Store.Read(LedgerKind.Command, new(long.MinValue), new(long.MaxValue)).Select(entry => CommandRecord.FromBytes(entry.Body))];

    [Fact]
    public async Task A_limit_from_afar_stands_as_the_clouds_until_its_lease_ends_and_the_answer_is_signed()
    {
        var (box, orders, answers) = await BoxAsync();
        await using var _ = box;
        Send(box, senders.Limit());
        var limit = Assert.Single(orders.Now(box.Clock.Now).Constraints);
        Assert.Equal((ConstraintSource.Cloud, ConstraintDirection.Import, 4_200.0), (limit.Source, limit.Direction, limit.Limit.Watts));
        Assert.Contains("cloud: ada", limit.Evidence, StringComparison.Ordinal);
        Assert.Equal("ok", Verified(Assert.Single(answers))?.Code);
        box.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Empty(orders.Now(box.Clock.Now).Constraints);
    }

    [Fact]
    public async Task A_replay_has_no_second_effect_and_hears_what_everybody_refused_hears()
    {
        var (box, orders, answers) = await BoxAsync();
        await using var _ = box;
        var command = senders.Limit();
        Send(box, command);
        await orders.ReleaseAsync(null, new("a person", "enough"));
        Send(box, command);
        Send(box, Encoding.UTF8.GetBytes("{}"));
        Send(box, senders.Envelope(CommandVerb.Ping, "{}").Sign(senders.Stranger));
        Assert.Empty(orders.Now(box.Clock.Now).Constraints);
        Assert.All(answers.Skip(1), answer => Assert.Equal(CommandResult.Refused, answer));
        Assert.Equal(4, answers.Count);
    }

    [Fact]
    public async Task The_count_is_durable_before_the_command_acts()
    {
        var (box, _, _) = await BoxAsync();
        await using var __ = box;
        Send(box, senders.Limit());
        await box.Recorder.AppendAsync(LedgerKind.Note, box.Clock.Now, [0]);
        var kinds = box.Store.After(0, int.MaxValue).Select(entry => entry.Kind).ToList();
        Assert.InRange(kinds.IndexOf(LedgerKind.CommandCounters), 0, kinds.IndexOf(LedgerKind.Override) - 1);
        Assert.Equal(1UL, CommandGate.CountersFromBytes(box.Store.Last(LedgerKind.CommandCounters)!.Body)[CommandSignature.IdOf(senders.Ada)]);
    }

    [Fact]
    public async Task Every_attempt_stands_in_the_ledger_and_a_flood_by_its_number()
    {
        var (box, _, _) = await BoxAsync();
        await using var __ = box;
        for (var i = 0; i < 1_000; i++)
            Send(box, [1, 2, 3]);
        box.Time.Advance(TimeSpan.FromMinutes(1));
        Send(box, senders.Limit());
        await box.Recorder.AppendAsync(LedgerKind.Note, box.Clock.Now, [0]);
        var audit = Audit(box);
        Assert.Equal(1_000, audit.Where(one => one.Refusal == CommandRefusal.NoEnvelope).Sum(one => one.Times));
        Assert.InRange(audit.Length, 30, 40);
        var good = audit[^1];
        Assert.Equal(("ada", (ushort)CommandVerb.LimitImport, CommandRefusal.None), (good.By, good.Verb, good.Refusal));
        Assert.StartsWith("ok", good.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_person_at_the_site_ordered_is_neither_replaced_nor_released_from_afar()
    {
        var (box, orders, answers) = await BoxAsync();
        await using var _ = box;
        var battery = box.Site.Batteries[0].Name;
        var person = new Asker("a person", "works here");
        Assert.True((await orders.SetAsync(battery, "idle", TimeSpan.FromHours(1), person)).IsTaken);
        await orders.LimitAsync(ConstraintDirection.Export, 0, TimeSpan.FromHours(1), person);
        Send(box, senders.Envelope(CommandVerb.Set, $$"""{"part":"{{battery}}","value":"self-consume","lease_s":60,"reason":"x"}""").Sign(senders.Ada));
        Assert.Equal("local_order_stands", Verified(answers[^1])?.Code);
        Send(box, senders.Limit());
        Send(box, senders.Envelope(CommandVerb.Release, """{"reason":"x"}""").Sign(senders.Ada));
        var standing = orders.Now(box.Clock.Now);
        Assert.Equal("a person", Assert.Single(standing.Overrides).By);
        Assert.Equal(ConstraintSource.Manual, Assert.Single(standing.Constraints).Source);
    }

    [Fact]
    public async Task A_part_that_is_not_there_is_refused_in_words_to_whom_may_ask()
    {
        var (box, orders, answers) = await BoxAsync();
        await using var _ = box;
        Send(box, senders.Envelope(CommandVerb.Set, """{"part":"nothing","value":"idle","lease_s":60,"reason":"x"}""").Sign(senders.Ada));
        Assert.Equal("unknown_part", Verified(Assert.Single(answers))?.Code);
        Assert.True(orders.Now(box.Clock.Now).IsEmpty);
    }

    [Fact]
    public async Task A_stop_from_afar_is_not_reset_from_afar()
    {
        var (box, orders, _) = await BoxAsync();
        await using var __ = box;
        Send(box, senders.Envelope(CommandVerb.Stop, """{"reason":"fire"}""").Sign(senders.Ada));
        Send(box, senders.Envelope(CommandVerb.Release, """{"reason":"x"}""").Sign(senders.Ada));
        Assert.Equal("cloud: ada", orders.Now(box.Clock.Now).Stop?.By);
    }

    [Fact]
    public async Task Two_admins_bring_a_newer_list_and_a_key_that_left_is_heard_no_more()
    {
        var (box, _, answers) = await BoxAsync();
        await using var __ = box;
        var list = OperatorKeys.Sign(2, [Senders.Of("ada", CommandRole.Admin, senders.Ada)], senders.Root);
        Send(box, (senders.Envelope(CommandVerb.Keys, "") with { Body = list }).Sign(senders.Ada, senders.Bob));
        Assert.Equal("ok", Verified(answers[^1])?.Code);
        Send(box, senders.Envelope(CommandVerb.Ping, "{}", senders.Bob).Sign(senders.Bob));
        Assert.Equal(CommandResult.Refused, answers[^1]);
        Assert.Equal(2, new KeyFiles(folder).Read().Version);
        Assert.Throws<InvalidDataException>(() => new KeyFiles(folder).Install(senders.List)); // an older list does not come back
    }

    [Fact]
    public async Task Nothing_is_answered_where_the_tenant_has_no_business()
    {
        var (box, _, _) = await BoxAsync();
        await using var __ = box;
        var topics = new List<string>();
        box.Uplink.Deliver = message => topics.Add(message.Topic);
        box.Uplink.Receive(box.Topics.Command, senders.Limit(), "smartems/v1/other/answer/1");
        box.Live(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("smartems/v1/other/answer/1", topics);
    }

    public void Dispose()
    {
        senders.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
