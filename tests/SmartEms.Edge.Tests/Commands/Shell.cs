using System.Globalization;
using SmartEms.Edge.Commands;
using SmartEms.Edge.Tests.Control;

namespace SmartEms.Edge.Tests.Commands;

/// <summary>What one command line gave.</summary>
internal sealed record Ran(int Exit, string Out, string Error);

/// <summary>A clock that reads 14:47:15 on 2026-11-20, an hour east of Greenwich; its timers are real.</summary>
internal sealed class FridayAfternoon : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 11, 20, 13, 47, 15, TimeSpan.Zero);

    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("There", TimeSpan.FromHours(1), "There", "There");
}

/// <summary>Runs command lines in this process, as a person or a script would see them.</summary>
internal static class Shell
{
    public static async Task<Ran> RunAsync(string[] args, ScreenTraits? traits = null)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture);
        var exit = await Root.RunAsync(args, new(output, error, traits ?? new(), new FridayAfternoon()), Program.Verbs);
        return new(exit, output.ToString(), error.ToString());
    }

    /// <summary>A scenario: lines of "key value" for the house and the screen, then "$ smartems …" for each command line.
    /// DIR stands for the folder of site files, SOCKET for the daemon's socket.</summary>
    public static async Task<string> TellAsync(string given, string sites)
    {
        // Columns are as wide as what stands in them: a path of one length everywhere, whatever folder the tests lie in.
        var link = $"/tmp/smartems-sites-{Guid.NewGuid():N}";
        Directory.CreateSymbolicLink(link, Path.GetFullPath(sites));
        try
        {
            return await ToldAsync(given, link);
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static async Task<string> ToldAsync(string given, string sites)
    {
        var (house, traits, told) = ("well", new ScreenTraits(), new StringWriter());
        LiveServer? server = null;
        foreach (var line in given.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "house": house = words[1]; break;
                case "width": traits = traits with { Width = int.Parse(words[1], CultureInfo.InvariantCulture) }; break;
                case "ascii": traits = traits with { Unicode = false }; break;
                case "colour": traits = traits with { Colour = true, IsTerminal = true }; break;
                case "$":
                    server ??= house == "none" ? null : await LiveServer.StartAsync(house == "priced" ? House.Priced : House.Desk(house == "well" ? House.Well : House.Troubled));
                    var socket = server?.Socket ?? "/nowhere/ctl.sock";
                    var ran = await RunAsync([.. Words(line["$ smartems".Length..]).Select(word => word.Replace("DIR", sites, StringComparison.Ordinal)), "--socket", socket], traits);
                    told.Write($"{(ran.Out + (ran.Error.Length > 0 ? "[stderr]\n" + ran.Error : "")).Replace(socket, "SOCKET", StringComparison.Ordinal).Replace(sites, "DIR", StringComparison.Ordinal)}[exit {ran.Exit}]\n");
                    break;
                default: throw new InvalidDataException($"a scenario does not know: {line}");
            }
        }
        if (server is not null)
            await server.DisposeAsync();
        return told.ToString().Replace("\e", "ESC", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "''" ? "" : word);
}
