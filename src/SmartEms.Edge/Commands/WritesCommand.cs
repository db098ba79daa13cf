using System.CommandLine;
using System.Globalization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems writes: how often each register has been written, against what its memory bears.</summary>
internal static class WritesCommand
{
    private static readonly Column[] Columns =
        [new("DEVICE"), new("POINT"), new("REGISTER"), new("WEAR"), new("WRITTEN", true), new("PER DAY", true), new("MAY/DAY", true), new("LEFT NOW", true), new("LASTS", true)];

    public static Command Build(Screen screen)
    {
        var command = new Command("writes", "every register that may be written: how often it was, and how long its memory lasts");
        command.SetAction(async (parsed, stop) =>
        {
            var json = await parsed.Client(screen).GetAsync("/v1/writes", stop);
            if (parsed.IsJson())
                screen.Json(json);
            else
                screen.Show(Draw(LocalClient.Read(json, ViewsJson.Wire.WritesView), screen));
            return Exit.Ok;
        });
        return command;
    }

    internal static Page Draw(WritesView view, Screen screen) => screen.NewPage()
        .Table(Columns, [.. view.Registers.Select(Row)])
        .Line("volatile registers are counted since the program started and have no limit; a register whose wear nobody states counts as flash");

    private static Ink[] Row(RegisterWritesView use) =>
    [
        use.Device,
        use.Point,
        use.Register,
        use.Wear,
        use.Written.ToString(CultureInfo.InvariantCulture),
        Number(use.WrittenPerDay),
        Number(use.PerDayMax),
        Number(use.LeftNow),
        use.LifeYears is { } years ? string.Create(CultureInfo.InvariantCulture, $"{Math.Min(years, 999):0.#} a") : "–",
    ];

    private static string Number(double? value) => value is { } known ? known.ToString("0.#", CultureInfo.InvariantCulture) : "–";
}
