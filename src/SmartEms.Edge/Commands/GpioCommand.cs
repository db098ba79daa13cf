using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Commands;

/// <summary>smartems gpio: looks at digital lines, sets them and watches them, beside the daemon or without one; a line has one holder, so it takes none the daemon has.</summary>
internal static class GpioCommand
{
    private static readonly Argument<string> ChipArgument = new("chip") { Description = "the chip's label as smartems gpio list shows it, as in pinctrl-bcm2711" };
    private static readonly Option<bool> ActiveLow = new("--active-low") { Description = "low is on" };

    private static readonly Option<string> PullOption = new("--pull")
    {
        Description = "the resistor at the input: up, down or none", HelpName = "up|down|none", DefaultValueFactory = _ => "none", CompletionSources = { "up", "down", "none" },
    };

    private static readonly Column[] Columns = [new("CHIP"), new("LINE", true), new("NAME"), new("DIRECTION"), new("PULL"), new("HELD BY")];

    public static Command Build(Screen screen, IGpio gpio) => new("gpio", "digital lines: list, read, set, watch")
    {
        List(screen, gpio), Read(screen, gpio), Set(screen, gpio), GpioWatch.Build(screen, gpio, (ChipArgument, PullOption, ActiveLow)),
    };

    private static Command List(Screen screen, IGpio gpio)
    {
        var command = new Command("list", "every chip with its lines and who holds them");
        command.SetAction((parsed, _) => BusArguments.GuardedAsync(() =>
        {
            var chips = gpio.Chips();
            GpioChipView[] views = [.. chips.Select(chip => new GpioChipView(chip.Name, chip.Label, [.. gpio.Lines(chip).Select(View)]))];
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(views), BusJson.Wire.GpioChipsView));
            else
                screen.Show(screen.NewPage().Table(Columns, [.. views.SelectMany(chip => chip.Lines.Select(line => Row(chip, line)))]));
            return Task.FromResult(Exit.Ok);
        }));
        return command;
    }

    private static Command Read(Screen screen, IGpio gpio)
    {
        var lines = Lines("names or offsets");
        var command = new Command("read", "the levels of lines now; they are taken as inputs for the moment") { ChipArgument, lines, PullOption, ActiveLow };
        command.SetAction((parsed, _) => BusArguments.GuardedAsync(() =>
        {
            var (chip, names, offsets) = Find(gpio, parsed.GetValue(ChipArgument)!, parsed.GetValue(lines)!);
            using var inputs = gpio.OpenInputs(chip, new(offsets) { Pull = BusArguments.Pull(parsed.GetValue(PullOption)!), IsActiveLow = parsed.GetValue(ActiveLow) });
            Show(screen, parsed.IsJson(), (chip, names), inputs.Read());
            return Task.FromResult(Exit.Ok);
        }));
        return command;
    }

    private static Command Set(Screen screen, IGpio gpio)
    {
        var settings = Lines("LINE=on or LINE=off, each line by name or offset");
        var lasting = new Option<string?>("--for") { Description = "how long to hold them: 500ms, 30s, 2m; until Ctrl-C without it", HelpName = "time" };
        var command = new Command("set", "sets outputs and holds them; at the end they go off, because what a pin does that nobody holds is the chip's affair") { ChipArgument, settings, lasting, ActiveLow };
        command.SetAction((parsed, stop) => BusArguments.GuardedAsync(async () =>
        {
            var wanted = parsed.GetValue(settings)!.Select(BusArguments.Setting).ToList();
            var span = BusArguments.Span(parsed.GetValue(lasting));
            var (chip, names, offsets) = Find(gpio, parsed.GetValue(ChipArgument)!, [.. wanted.Select(one => one.Line)]);
            ulong levels = 0;
            for (var i = 0; i < wanted.Count; i++)
                levels |= wanted[i].IsOn ? 1UL << i : 0;
            using var ended = new Termination(stop);
            using var outputs = gpio.OpenOutputs(chip, new(offsets) { Initial = levels, IsActiveLow = parsed.GetValue(ActiveLow) });
            Show(screen, parsed.IsJson(), (chip, names), outputs.Read());
            await HoldAsync(span, screen, ended.Token);
            return Exit.Ok;
        }));
        return command;
    }

    /// <summary>The chip, the lines as asked for, and their offsets.</summary>
    public static (GpioChip Chip, string[] Names, ImmutableArray<int> Offsets) Find(IGpio gpio, string chipName, string[] names)
    {
        var chip = GpioSearch.Chip(gpio.Chips(), chipName);
        var lines = gpio.Lines(chip);
        int[] offsets = [.. names.Select(name => GpioSearch.Line(chip, lines, name))];
        if (offsets.Distinct().Count() != offsets.Length || offsets.Length > GpioSearch.MostLines)
            throw new Refusal(Exit.Usage, "lines", $"{string.Join(' ', names)} names a line twice, or more than {GpioSearch.MostLines}", "each line once");
        return (chip, names, [.. offsets]);
    }

    public static Argument<string[]> Lines(string description) => new("lines") { Description = description, Arity = ArgumentArity.OneOrMore };

    private static async Task HoldAsync(TimeSpan? span, Screen screen, CancellationToken stop)
    {
        if (span is null)
            screen.Say("held until Ctrl-C, then off");
        try
        {
            await Task.Delay(span ?? Timeout.InfiniteTimeSpan, screen.Time, stop);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is the usual end.
        }
    }

    private static void Show(Screen screen, bool isJson, (GpioChip Chip, string[] Names) of, ulong levels)
    {
        if (isJson)
        {
            var byName = new Dictionary<string, bool>();
            for (var i = 0; i < of.Names.Length; i++)
                byName[of.Names[i]] = (levels >> i & 1) != 0;
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(new(of.Chip.Label, byName), BusJson.Wire.GpioLevelsView));
            return;
        }
        for (var i = 0; i < of.Names.Length; i++)
            screen.Out.WriteLine($"{of.Names[i]} {((levels >> i & 1) != 0 ? "on" : "off")}");
        screen.Out.Flush();
    }

    private static GpioLineView View(GpioLine line) => new(line.Offset, line.Name, line.IsOutput ? "output" : "input", PullWord(line.Pull), line.IsActiveLow, line.IsUsed, line.Consumer);

    private static Ink[] Row(GpioChipView chip, GpioLineView line) =>
        [$"{chip.Label} ({chip.Name})", $"{line.Offset}", line.Name, line.ActiveLow ? $"{line.Direction}, active low" : line.Direction, line.Pull == "none" ? "" : line.Pull, line.Used ? line.Consumer is "" ? "the kernel" : line.Consumer : ""];

    private static string PullWord(LinePull pull) => pull switch { LinePull.Up => "up", LinePull.Down => "down", _ => "none" };
}
