using System.Globalization;
using System.Text.RegularExpressions;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Running;
using SmartEms.Edge.Simulation;
using SmartEms.Edge.Tests.Adapters.Modbus;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.Maps;
using Xunit;

namespace SmartEms.Edge.Tests.Discovery;

/// <summary>What the tools for the wire show, as whole screens: read, probe, dump, scan and trace, each at a real socket or a pseudo-terminal.</summary>
public sealed partial class ToolScreens
{
    public static TheoryData<string> Stories => Golden.Files("Golden");

    /// <summary>Given: "device PROFILE CAPTURE" or "serial PROFILE CAPTURE", or "daemon"; then "$ smartems …" per command line, where PLACE is the device's
    /// line, HOST and PORT its parts, and DEV the serial port.</summary>
    [Theory]
    [MemberData(nameof(Stories))]
    public void A_screen_is_as_it_should_be(string name) => Golden.Check("Golden", name, given => Task.Run(() => TellAsync(given)).GetAwaiter().GetResult());

    private static async Task<string> TellAsync(string given)
    {
        using StringWriter told = new(CultureInfo.InvariantCulture);
        await using Stage stage = new();
        foreach (var line in given.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            if (words[0] != "$")
            {
                await stage.SetAsync(words);
                continue;
            }
            var ran = await Shell.RunAsync([.. words[2..].Select(stage.Spelled), "--socket", stage.Socket], new() { Width = 110 });
            told.Write($"{stage.Told(ran.Out)}{(ran.Error.Length > 0 ? $"[stderr]\n{stage.Told(ran.Error)}" : "")}[exit {ran.Exit}]\n");
        }
        return told.ToString();
    }

    [GeneratedRegex(@"\d\d:\d\d:\d\d\.\d\d\d")]
    private static partial Regex Clock();

    [GeneratedRegex(@"(\S) {2,}")]
    private static partial Regex Columns();

    [GeneratedRegex(@"\d+\.\d ms")]
    private static partial Regex Milliseconds();

    /// <summary>What a story plays on.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> things = [];
        private bool hasSerial;
        private readonly List<(string Is, string Shown)> names = [];

        public string Socket { get; private set; } = "/nowhere/ctl.sock";

        public async Task SetAsync(string[] words)
        {
            switch (words[0])
            {
                case "device":
                    var slave = Kept(Shared.Serve(new CapturedDevice(Hardware.Capture(words[1], words[2]))));
                    Names(($"tcp://127.0.0.1:{slave.BoundPort}", "PLACE"), ($"127.0.0.1:{slave.BoundPort}", "HOST:PORT"), ($"{slave.BoundPort}", "PORT"));
                    break;
                case "serial":
                    hasSerial = true;
                    var bus = Kept(new PtyBus());
                    Kept(await bus.ServeAsync(new CapturedDevice(Hardware.Capture(words[1], words[2])), 1));
                    Names((bus.Near, "DEV"));
                    break;
                case "daemon":
                    ProfileSource profiles = new(null);
                    var run = Kept(await DemoRun.StartAsync(SiteSource.Parse(DemoSite.SiteText, "site.yaml", profiles).Value!, profiles, new(60, 1, null, TimeProvider.System, Log.Silent)));
                    var live = Kept(await LiveDaemon.StartAsync(run.Built));
                    Socket = live.Socket;
                    foreach (var device in run.Built.Site.Devices)
                        Names(($":{device.Link.Port}#", ":PORT#"));
                    break;
                default:
                    throw new InvalidDataException($"a story does not know: {string.Join(' ', words)}");
            }
        }

        public string Spelled(string word)
        {
            foreach (var (@is, shown) in names)
                word = word.Replace(shown, @is, StringComparison.Ordinal);
            return word;
        }

        public string Told(string text)
        {
            foreach (var (@is, shown) in names)
                text = text.Replace(@is, shown, StringComparison.Ordinal);
            text = Milliseconds().Replace(Clock().Replace(text, "HH:MM:SS.mmm"), "N.N ms");
            // A pseudo-terminal's name is shorter or longer, and the columns with it.
            return hasSerial ? Columns().Replace(text, "$1  ") : text;
        }

        public async ValueTask DisposeAsync()
        {
            things.Reverse();
            foreach (var thing in things)
                await thing.DisposeAsync();
        }

        private T Kept<T>(T thing)
            where T : IAsyncDisposable
        {
            things.Add(thing);
            return thing;
        }

        private void Names(params (string Is, string Shown)[] more) => names.AddRange(more);
    }
}
