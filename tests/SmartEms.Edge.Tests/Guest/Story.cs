using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartEms.Edge.Commands;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Commands;
using SmartEms.Edge.Tests.EndToEnd;
using Xunit;

namespace SmartEms.Edge.Tests.Guest;

/// <summary>One story about GPIO and I²C, told by the fakes in this process or by the kernel in the guest: the same lines must come out of both.</summary>
internal static partial class Story
{
    private const string Dashes = "----------\n";

    /// <summary>What both must tell.</summary>
    public static string Expected => Text[(Text.IndexOf(Dashes, StringComparison.Ordinal) + Dashes.Length)..];

    private static string Text => File.ReadAllText(Beside("story.txt")).ReplaceLineEndings("\n");

    private static IEnumerable<string> Lines => Text[..Text.IndexOf(Dashes, StringComparison.Ordinal)].Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static string Beside(string name, [System.Runtime.CompilerServices.CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, name);

    /// <summary>What no two runs share: times of edges.</summary>
    public static string WithoutTimes(string told) => EdgeTime().Replace(told.ReplaceLineEndings("\n"), "TIME ");

    /// <summary>The story as commands of a shell whose functions pull, pin and smartems the guest's init defines.</summary>
    public static string AsShell()
    {
        var script = new StringBuilder();
        foreach (var line in Lines)
            script.Append(line.Split(' ') switch
            {
                ["$", ..] => $"echo '{line}'\nsmartems {line[2..]} 2>&1\necho \"[exit $?]\"\n",
                ["hold", var said, ..] => $"echo '{line}'\n/smartems/smartems {Held(line)} >/tmp/held 2>&1 &\nholder=$!\nuntil_text /tmp/held {said}\n",
                ["end"] => "kill -TERM $holder\nwait $holder\ncat /tmp/held\n",
                ["join"] => "wait $holder\ncat /tmp/held\n",
                _ => line + "\n",
            });
        return script.ToString();
    }

    /// <summary>The story as the fakes tell it.</summary>
    public static async Task<string> AsFakesTellAsync()
    {
        var (gpio, i2c) = (new SimulatedGpio().WithChip("house", "estop", "limit", "meter", "relay"), Buses());
        using var told = new StringWriter(CultureInfo.InvariantCulture);
        var ending = new CancellationTokenSource();
        var (held, heard, now) = (Task.FromResult(0), new Heard(), 0L);
        foreach (var line in Lines)
            switch (line.Split(' '))
            {
                case ["pull", var pin, var way]:
                    gpio.Drive("house", int.Parse(pin, CultureInfo.InvariantCulture), way == "up", now += 1_000_000);
                    break;
                case ["pin", var pin]:
                    told.Write($"pin {pin} {(gpio.Level("house", int.Parse(pin, CultureInfo.InvariantCulture)) ? 1 : 0)}\n");
                    break;
                case ["hold", var said, ..]:
                    told.Write(line + "\n");
                    (heard, ending) = (new(), new());
                    held = RunAsync(Held(line), heard, (gpio, i2c), ending.Token);
                    await Bundle.UntilAsync(() => $"{heard}".Contains(said, StringComparison.Ordinal), () => $"never said: {said}; {heard}");
                    break;
                case [("end" or "join") and var how]:
                    if (how == "end")
                        await ending.CancelAsync();
                    await held.WaitAsync(Bundle.Guard);
                    ending.Dispose();
                    told.Write(heard.ToString());
                    break;
                default:
                    told.Write(line + "\n");
                    told.Write($"[exit {await RunAsync(line[2..], told, (gpio, i2c), default)}]\n");
                    break;
            }
        return told.ToString();
    }

    private static Task<int> RunAsync(string line, TextWriter to, (SimulatedGpio Gpio, SimulatedI2c I2c) fakes, CancellationToken stop) => Root.RunAsync(line.Split(' '),
        new(to, to, new(), new FridayAfternoon()), [screen => GpioCommand.Build(screen, fakes.Gpio), screen => I2cCommand.Build(screen, fakes.I2c)], stop);

    private static string Held(string line) => line.Split(' ', 3)[2];

    /// <summary>The chips that the guest's init sets up in the kernel's stub.</summary>
    private static SimulatedI2c Buses() => new SimulatedI2c().WithBus("SMBus stub driver", new SimulatedI2cBus()
        .With(0x20, new RegisterChip(isAutoIncrement: true).With(0x00, 0xFF).With(0x01, 0x0F).With(0x12, 0xA5).With(0x13, 0x3C))
        .With(0x40, new RegisterChip().With(0xFE, 0x54, 0x49).With(0x01, 0xFC, 0x18).With(0x02, 0x25, 0x80))
        .With(0x44, new CommandChip([0x24, 0x00], [0x11, 0x11, 0x69, 0xBE, 0xEF, 0x92]))
        .With(0x48, new RegisterChip().With(0x00, 0xF5, 0x80))
        .With(0x49, new RegisterChip().With(0x00, 0x40, 0x00)));

    [GeneratedRegex(@"^\d+\.\d{6} ", RegexOptions.Multiline)]
    private static partial Regex EdgeTime();
}

/// <summary>What a verb says while somebody listens.</summary>
internal sealed class Heard : TextWriter
{
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (gate)
            text.Append(value);
    }

    public override string ToString()
    {
        lock (gate)
            return text.ToString();
    }
}

/// <summary>The fakes tell the story that the kernel tells in the guest.</summary>
public class FakeStoryTests
{
    [Fact]
    public void The_fakes_tell_the_story() => Golden.Check("", "story.txt", _ => Story.WithoutTimes(Task.Run(Story.AsFakesTellAsync).GetAwaiter().GetResult()));
}
