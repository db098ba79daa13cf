using System.Text;
using System.Text.Json;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;

namespace SmartEms.Edge.Core.Syncing;

/// <summary>What an event says beside its number and moment: its kind, and what a person would want to know.</summary>
internal static class EventText
{
    private const int MostLetters = 300;

    public static void Write(Utf8JsonWriter json, LedgerEntry entry)
    {
        json.WriteString("kind", Word(entry.Kind));
        switch (entry.Kind)
        {
            case LedgerKind.Constraint:
                Constraint(json, ConstraintChange.FromBytes(entry.Body));
                break;
            case LedgerKind.ClockStep:
                json.WriteNumber("by_ms", (long)ClockStep.FromBytes(entry.Body).By.TotalMilliseconds);
                break;
            case LedgerKind.Gap:
                var gap = LedgerGap.FromBytes(entry.Body);
                json.WriteNumber("gap_from", gap.From);
                json.WriteNumber("gap_to", gap.To);
                json.WriteString("text", Short(gap.Reason));
                break;
            case LedgerKind.Override:
                var orders = OrdersWire.FromBytes(entry.Body);
                json.WriteNumber("orders", orders.Overrides.Length + orders.Constraints.Length);
                json.WriteBoolean("stopped", orders.Stop is not null);
                break;
            case LedgerKind.HandWrite:
                var write = HandWrite.FromBytes(entry.Body);
                json.WriteString("text", Short($"{write.By} wrote {write.Written.Length} registers at {write.Span.Address} of {write.Place}: {write.Outcome}; {write.Reason}"));
                break;
            case LedgerKind.Command:
                Command(json, CommandRecord.FromBytes(entry.Body));
                break;
            case LedgerKind.Configuration:
                break;
            default:
                json.WriteString("text", Short(Encoding.UTF8.GetString(entry.Body)));
                break;
        }
    }

    private static void Constraint(Utf8JsonWriter json, ConstraintChange change)
    {
        json.WriteString("id", change.Id);
        json.WriteString("event", change.Event.ToString().ToLowerInvariant());
        LedgerText.Number(json, "limit_w", change.Limit.Watts, 0);
        json.WriteNumber("after_ms", change.AfterMs);
        LedgerText.Number(json, "measured_w", change.MeasuredWatts, 0);
        json.WriteBoolean("assumed", change.IsAssumed);
    }

    private static void Command(Utf8JsonWriter json, CommandRecord record)
    {
        json.WriteString("verb", CommandRule.Of((CommandVerb)record.Verb)?.Name ?? "");
        json.WriteString("by", record.By);
        json.WriteString("id", record.Id);
        json.WriteBoolean("taken", record.Refusal == CommandRefusal.None);
        json.WriteString("refusal", record.Refusal.ToString());
        json.WriteNumber("times", record.Times);
        json.WriteString("text", Short(record.Answer));
    }

    private static string Word(LedgerKind kind) => kind switch
    {
        LedgerKind.ClockStep => "clock-step",
        LedgerKind.HandWrite => "hand-write",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Short(string text) => text.Length <= MostLetters ? text : string.Concat(text.AsSpan(0, MostLetters), "…");
}
