using System.CommandLine;
using System.Runtime.InteropServices;
using SmartEms.Edge.Adapters.Kernel;
using SmartEms.Edge.Adapters.Mqtt;

namespace SmartEms.Edge.Commands;

/// <summary>smartems uplink: the process that holds the daemon's connection to a broker. The daemon starts it; people do not.</summary>
internal static class UplinkCommand
{
    public const string Name = "uplink";

    public static Command Build(Screen screen)
    {
        var command = new Command(Name, "holds the daemon's connection to a broker; started by the daemon alone") { Hidden = true };
        command.SetAction(_ =>
        {
            if (!Console.IsInputRedirected || !Console.IsOutputRedirected)
                throw new Refusal(Exit.Usage, "not_for_people", "the daemon starts this verb, and talks to it", "smartems mqtt status shows how the link stands");
            // The service manager ends both at once; the daemon says goodbye to the broker first.
            using var stays = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
            try
            {
                UplinkChild.Run(Console.OpenStandardInput(), Console.OpenStandardOutput(), screen.Time, Random.Shared.NextDouble);
                return Exit.Ok;
            }
            catch (NativeLibraryMissingException missing)
            {
                throw new Refusal(Exit.Failed, "library_missing", missing.Message, "");
            }
            catch (IOException)
            {
                return Exit.Ok; // the daemon is gone
            }
        });
        return command;
    }
}
