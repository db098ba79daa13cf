using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SmartEms.Edge.Control;

namespace SmartEms.Edge.Commands;

/// <summary>smartems status: the site on one screen, once or again and again.</summary>
internal static class StatusCommand
{
    private const double UsualSeconds = 2;

    public static Command Build(Screen screen)
    {
        var watch = new Option<double?>("--watch", "-w")
        {
            Description = $"again every so many seconds ({UsualSeconds:0} without a number), until Ctrl-C",
            HelpName = "seconds",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = Seconds,
        };
        var command = new Command("status", "the site now: power, batteries, decision, findings, devices") { watch };
        command.SetAction(async (parsed, stop) =>
        {
            var (client, isJson) = (parsed.Client(screen), parsed.IsJson());
            if (parsed.GetResult(watch) is not { Implicit: false })
            {
                await OnceAsync(client, screen, isJson, stop);
                return Exit.Ok;
            }
            var period = TimeSpan.FromSeconds(parsed.GetValue(watch) ?? UsualSeconds);
            return await WatchAsync(() => OnceAsync(client, screen, isJson, stop), screen, (period, screen.Traits.IsTerminal && !isJson), stop);
        });
        return command;
    }

    private static double? Seconds(ArgumentResult said)
    {
        if (said.Tokens is not [var token])
            return UsualSeconds;
        if (double.TryParse(token.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.2 and <= 3600)
            return seconds;
        said.AddError("--watch takes 0.2 to 3600 seconds.");
        return null;
    }

    private static async Task OnceAsync(LocalClient client, Screen screen, bool isJson, CancellationToken stop)
    {
        var json = await client.GetAsync("/v1/status", stop);
        if (isJson)
            screen.Json(json);
        else
            screen.Show(StatusScreen.Draw(LocalClient.Read(json, ViewsJson.Wire.StatusView), screen));
    }

    /// <summary>On a terminal the screen is drawn over and an absent daemon is waited for; elsewhere every look is added and the first failure ends it.</summary>
    private static async Task<int> WatchAsync(Func<Task> look, Screen screen, (TimeSpan Period, bool Redraw) how, CancellationToken stop)
    {
        const string enter = "\e[?1049h\e[?25l", leave = "\e[?25h\e[?1049l", clear = "\e[H\e[2J";
        screen.Out.Write(how.Redraw ? enter : "");
        try
        {
            while (true)
            {
                screen.Out.Write(how.Redraw ? clear : "");
                try
                {
                    await look();
                }
                catch (Refusal refusal) when (how.Redraw)
                {
                    screen.Out.WriteLine($"{refusal.Message}\n{refusal.Hint}");
                }
                await screen.Out.FlushAsync(stop);
                await Task.Delay(how.Period, screen.Time, stop);
            }
        }
        finally
        {
            screen.Out.Write(how.Redraw ? leave : "");
        }
    }
}
