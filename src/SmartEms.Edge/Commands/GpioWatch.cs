using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Commands;

/// <summary>smartems gpio watch: a line of text for each edge, with the kernel's own time of it.</summary>
internal static class GpioWatch
{
    public static Command Build(Screen screen, IGpio gpio, (Argument<string> Chip, Option<string> Pull, Option<bool> ActiveLow) shared)
    {
        var lines = GpioCommand.Lines("names or offsets");
        var lasting = new Option<string?>("--for") { Description = "ends by itself after so long: 500ms, 30s, 2m", HelpName = "time" };
        var count = new Option<int?>("--count") { Description = "ends after so many edges", HelpName = "edges" };
        var debounce = new Option<string?>("--debounce") { Description = "a level must stand so long before it counts, as in 20ms", HelpName = "time" };
        var command = new Command("watch", "each edge of inputs with the kernel's time of it, until Ctrl-C") { shared.Chip, lines, shared.Pull, shared.ActiveLow, debounce, lasting, count };
        command.SetAction((parsed, stop) => BusArguments.GuardedAsync(async () =>
        {
            var (chip, names, offsets) = GpioCommand.Find(gpio, parsed.GetValue(shared.Chip)!, parsed.GetValue(lines)!);
            var request = new InputRequest(offsets)
            {
                Pull = BusArguments.Pull(parsed.GetValue(shared.Pull)!),
                IsActiveLow = parsed.GetValue(shared.ActiveLow),
                Debounce = BusArguments.Span(parsed.GetValue(debounce)) ?? TimeSpan.Zero,
                WithEdges = true,
            };
            using var asked = new Termination(stop);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(asked.Token);
            using var timer = BusArguments.Span(parsed.GetValue(lasting)) is { } span ? screen.Time.CreateTimer(_ => ended.Cancel(), null, span, Timeout.InfiniteTimeSpan) : null;
            using var inputs = gpio.OpenInputs(chip, request);
            screen.Say($"watching {string.Join(", ", names)}");
            await TellAsync(inputs, (names, parsed.IsJson(), parsed.GetValue(count) ?? int.MaxValue), screen, ended.Token);
            return Exit.Ok;
        }));
        return command;
    }

    private static async Task TellAsync(IDigitalInputs inputs, (string[] Names, bool IsJson, int Count) how, Screen screen, CancellationToken stop)
    {
        for (var seen = 0; seen < how.Count; seen++)
        {
            LineEdge edge;
            try
            {
                edge = await inputs.NextAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return; // Ctrl-C and --for are the usual ends
            }
            var (name, word) = (how.Names[edge.Line], edge.IsRising ? "rising" : "falling");
            if (how.IsJson)
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(name, word, edge.AtNs, edge.Sequence), BusJson.Wire.GpioEdgeView));
            else
                screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{edge.AtNs / 1e9:0.000000} {name} {word} #{edge.Sequence}"));
            screen.Out.Flush();
        }
    }
}
