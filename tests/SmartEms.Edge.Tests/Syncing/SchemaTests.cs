using System.Text;
using System.Text.Json;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Core.Alerting;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Tests.Commanding;
using SmartEms.Edge.Tests.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Syncing;

/// <summary>Every message that is sent is as its published schema says.</summary>
public class SchemaTests
{
    private static readonly Instant At = Instant.From(new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));

    /// <summary>Where the published schemas are.</summary>
    internal static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "SmartEms.Edge.sln")))
                    return Path.Combine(folder.FullName, "docs", "schemas");
            return Environment.GetEnvironmentVariable("SMARTEMS_SCHEMAS") ?? throw new InvalidOperationException("docs/schemas is not found");
        }
    }

    private static void Valid(string schema, ReadOnlySpan<byte> message)
    {
        using var form = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{schema}.json")));
        using var json = JsonDocument.Parse(message.ToArray());
        Assert.Equal("", JsonSchema.Complaint(form.RootElement, json.RootElement) ?? "");
    }

    /// <summary>An entry of every kind that is sent, sound and damaged.</summary>
    internal static IEnumerable<(LedgerKind Kind, byte[] Body)> Entries()
    {
        yield return (LedgerKind.Summary, new SlotSummary(new(2_000_000), new(1, 2, 3, 4, 5, 6) { Seconds = 880, BlindSeconds = 20 }, double.NaN).ToBytes());
        yield return (LedgerKind.Alert, new AlertChange(new(FindingCode.DeviceDown, Subject.Device, 0, At, At, 12.5), true).ToBytes());
        yield return (LedgerKind.Alert, new AlertChange(new(FindingCode.SocOutside, Subject.Battery, 99, At, At, double.NaN), false).ToBytes());
        yield return (LedgerKind.Note, "words"u8.ToArray());
        yield return (LedgerKind.Note, [0xFF, 0xFE, 0]);
        yield return (LedgerKind.Note, Encoding.UTF8.GetBytes(new string('x', 5_000)));
        yield return (LedgerKind.Override, OrdersWire.ToBytes(Orders.None));
        yield return (LedgerKind.ClockStep, new ClockStep(At, At + TimeSpan.FromSeconds(5)).ToBytes());
        yield return (LedgerKind.Gap, new LedgerGap(4, 9, "salvaged").ToBytes());
        yield return (LedgerKind.Constraint, new ConstraintChange(ConstraintEvent.Kept, "cloud-Import", ConstraintDirection.Import, Power.FromWatts(4_200), false, 812).ToBytes());
        yield return (LedgerKind.HandWrite, new HandWrite("me", "why", "tcp://1.2.3.4:502", new(1, RegisterSpace.HoldingRegister, 7, 1), new ushort[] { 42 }).ToBytes());
        yield return (LedgerKind.Configuration, [1, 2, 3]);
        yield return (LedgerKind.Command, new CommandRecord(CommandRefusal.Replayed, 3) { Verb = 2, Id = "00ff" }.ToBytes());
        yield return (LedgerKind.Command, [77]);
        yield return (LedgerKind.Summary, [77]);
        yield return (LedgerKind.Cycle, [77]);
        yield return (LedgerKind.Cycle, House.Record.ToBytes());
    }

    [Fact]
    public void Every_kind_of_entry_that_is_sent_is_as_its_schema_says()
    {
        var site = Given.Site();
        foreach (var (kind, body) in Entries())
        {
            var sent = LedgerText.TopicOf(kind)!.Value;
            var schema = sent switch
            {
                LedgerKind.Summary => kind == LedgerKind.Cycle ? "decision" : "summary",
                LedgerKind.Alert => "alert",
                _ => "event",
            };
            foreach (var wantsAck in (bool[])[false, true])
                Valid(schema, LedgerText.Of(new(5, 9, sent, [new(7, At, kind, body)]), site, wantsAck));
            Valid("answer", LedgerText.Answer([new(7, At, kind, body)], true, site));
        }
        Valid("event", LedgerText.Of(new(5, 9, LedgerKind.Note, []), site, true));
    }

    [Fact]
    public void Nothing_is_sent_that_no_test_here_has_looked_at()
    {
        var looked = Entries().Select(entry => entry.Kind).ToHashSet();
        Assert.DoesNotContain(Enum.GetValues<LedgerKind>(), kind => LedgerText.TopicOf(kind) is not null && !looked.Contains(kind));
    }

    [Fact]
    public void State_values_answers_and_results_are_as_their_schemas_say()
    {
        Valid("state", NowText.Offline);
        Valid("state", NowText.State(new(At, "0.1.0", "Demo house", "alarm", 3) { Head = 9, Acknowledged = 4 }));
        Valid("telemetry", NowText.Telemetry(Given.Image(Given.Site(), 1_200), Given.Site()));
        Valid("result", CommandResult.Refused);
        using var senders = new Senders();
        Valid("ack", SignedAck.Sign(senders.Receiver, Senders.Device, """{"v":1,"through":5,"epoch":1}"""u8.ToArray()));
        Valid("result", new CommandResult("00", 1, "ok", "words \"quoted\"", At).Sign(senders.Ada));
        Valid("answer", Encoding.UTF8.GetBytes($$"""{"v":{{LedgerText.Version}},"error":"busy"}"""));
    }

    [Fact]
    public void What_the_receiver_says_is_understood_as_its_schema_says_it()
    {
        foreach (var (schema, text) in ((string, string)[])[("ack", """{"v":1,"through":5,"epoch":1,"missing":[[2,3]]}"""), ("pull", """{"v":1,"from_slot":5,"to_slot":9}"""), ("pull", """{"v":1,"from_seq":5,"to_seq":9}""")])
        {
            Valid(schema, Encoding.UTF8.GetBytes(text));
            Assert.True(schema == "ack" ? UplinkRequests.Ack(Encoding.UTF8.GetBytes(text)) is not null : UplinkRequests.Pull(Encoding.UTF8.GetBytes(text)) is not null, text);
        }
    }

    [Theory]
    [InlineData("summary", """{"v":2,"from":1,"to":1,"items":[]}""")]
    [InlineData("summary", """{"v":1,"from":1,"to":1,"items":[{"seq":1}]}""")]
    [InlineData("summary", """{"v":1,"from":1,"to":1,"ack":false,"items":[]}""")]
    [InlineData("summary", """{"v":1,"from":0,"to":1,"items":[]}""")]
    [InlineData("decision", """{"v":1,"from":1,"to":1,"items":[{"seq":1,"slot":1,"import_wh":1,"export_wh":0,"pv_wh":0,"charge_wh":0,"discharge_wh":0,"ev_wh":0,"load_wh":1,"cost":0,"soc_pct":0}]}""")]
    [InlineData("state", """{"v":1,"online":"yes"}""")]
    [InlineData("telemetry", """{"v":1,"at":1,"import_w":"much","pv_w":null,"discharge_w":null,"ev_w":null,"soc_pct":null}""")]
    [InlineData("ack", """{"v":1,"through":-1}""")]
    public void The_schemas_can_say_no(string schema, string text) => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Valid(schema, Encoding.UTF8.GetBytes(text)));
}
