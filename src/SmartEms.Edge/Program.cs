using System.CommandLine;
using SmartEms.Edge.Commands;

namespace SmartEms.Edge;

/// <summary>Where the process begins: the list of verbs, the streams, and the clock.</summary>
internal static class Program
{
    /// <summary>Every verb, in the order of the help.</summary>
    public static IReadOnlyList<Func<Screen, Command>> Verbs { get; } =
    [
        RunCommand.Build,
        StatusCommand.Build,
        WhyCommand.Build,
        DevicesCommand.Build,
        TraceCommand.Build,
        WritesCommand.Build,
        SavingsCommand.Build,
        CheckCommand.Build,
        ReloadCommand.Build,
        ProfileCommand.Build,
        ControlCommand.Build,
        SafetyCommand.Build,
        MqttCommand.Build,
        KeysCommand.Build,
        PolicyCommand.Build,
        ReleaseCommand.Build,
        ScanCommand.Build,
        ModbusCommand.Build,
        ReplayCommand.Build,
        LedgerCommand.Build,
        CaptureCommand.Build,
        TelemetryCommand.Build,
        screen => GpioCommand.Build(screen, Composition.Gpio),
        screen => I2cCommand.Build(screen, Composition.I2c),
        SimulateCommand.Build,
        BacktestCommand.Build,
        DemoCommand.Build,
        VersionCommand.Build,
        UplinkCommand.Build,
    ];

    public static Task<int> Main(string[] args)
    {
        var isTerminal = !Console.IsOutputRedirected;
        var traits = ScreenTraits.Of(isTerminal, isTerminal ? Console.WindowWidth : 0, Environment.GetEnvironmentVariable);
        return Root.RunAsync(args, new(Console.Out, Console.Error, traits, TimeProvider.System) { TalksToTerminal = ScreenTraits.Of(!Console.IsErrorRedirected, 0, Environment.GetEnvironmentVariable).IsTerminal }, Verbs);
    }
}
