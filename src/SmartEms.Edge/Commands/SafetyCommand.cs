using System.CommandLine;
using System.Text;
using System.Text.Json;
using SmartEms.Edge.Core.Safeguarding;

namespace SmartEms.Edge.Commands;

/// <summary>smartems safety table: what happens when an input is lost, printed from the data the controller acts by.</summary>
internal static class SafetyCommand
{
    public static Command Build(Screen screen)
    {
        var table = new Command("table", "the failsafe table: what happens when an input is stale, bad or gone");
        table.SetAction(parsed =>
        {
            if (parsed.IsJson())
                screen.Json(Json());
            else
                screen.Show(screen.NewPage().Table([new("INPUT"), new("STALE"), new("BAD"), new("GONE"), new("WITHIN", true), new("BECAUSE")], [.. Failsafe.Table.Select(Row)]));
            return Exit.Ok;
        });
        return new("safety", "what the controller does when something fails") { table };
    }

    /// <summary>The table as the handbook carries it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("| input | stale | bad | gone | within | because |\n|---|---|---|---|---|---|\n");
        foreach (var row in Failsafe.Table)
            text.Append($"| {FailsafeWords.Of(row.Input)} | {FailsafeWords.Of(row.Stale)} | {FailsafeWords.Of(row.Bad)} | {FailsafeWords.Of(row.Gone)} | {row.WithinSeconds} s | {row.Why} |\n");
        return text.ToString();
    }

    private static Ink[] Row(FailsafeRow row) =>
        [FailsafeWords.Of(row.Input), FailsafeWords.Of(row.Stale), FailsafeWords.Of(row.Bad), FailsafeWords.Of(row.Gone), $"{row.WithinSeconds} s", row.Why];

    private static byte[] Json() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new([.. Failsafe.Table.Select(row => new FailsafeRowView(FailsafeWords.Of(row.Input), FailsafeWords.Of(row.Stale), FailsafeWords.Of(row.Bad), FailsafeWords.Of(row.Gone), row.WithinSeconds, row.Why))]),
            CommandsJson.Wire.FailsafeView);
}

/// <summary>The failsafe table for programs.</summary>
internal sealed record FailsafeView(FailsafeRowView[] Rows);

/// <summary>One line of it.</summary>
internal sealed record FailsafeRowView(string Input, string Stale, string Bad, string Gone, int WithinS, string Because);
