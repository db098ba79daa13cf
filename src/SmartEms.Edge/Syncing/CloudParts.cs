using System.Collections.Immutable;
using SmartEms.Edge.Adapters.Mqtt;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Syncing;

/// <summary>Puts the cloud link together, with a desk for commands where a root key was pinned.</summary>
internal static class CloudParts
{
    /// <summary>The link over MQTT, held by a process of its own.</summary>
    public static Func<CloudLink, UplinkTopics, IUplink> OverMqtt(TimeProvider time) => (link, topics) =>
    {
        var settings = UplinkSettings.Of(link, topics.ClientId) with
        {
            Filters = [topics.Commands, topics.Acknowledge],
            Will = new UplinkMessage(topics.State, NowText.Offline) { Retain = true },
        };
        return new UplinkProcess(settings, new(Environment.ProcessPath ?? "smartems", "uplink"), time, Random.Shared.NextDouble);
    };

    /// <summary>Where no root key was pinned no command is heard, and whatever comes as an acknowledgement is; where what lies there cannot be used neither is, and the
    /// log says why.</summary>
    /// <param name="orders">Carries out what commands ask for.</param>
    /// <param name="storePath">Keys lie beside the store; null = nothing is stored, and no command is taken.</param>
    public static Uplinker Make(UplinkerParts parts, OrderBook orders, string? storePath)
    {
        if (storePath is null || new KeyFiles(Path.GetDirectoryName(Path.GetFullPath(storePath))!) is not { IsPinned: true } files)
            return new(parts);
        try
        {
            var (desk, list) = (parts.Link.TakesCommands ? Desk(parts, orders, files) : null, files.Read());
            var device = DeviceOf(UplinkTopics.Of(parts.Link, parts.Site.Id));
            return new(parts with { Command = desk is { } known ? known.Take : null, Heard = message => SignedAck.Heard(message, device, desk?.Keys ?? list) });
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            parts.Log.Error($"neither commands nor acknowledgements from afar are heard: {failure.Message}");
            return new(parts with { Heard = _ => null });
        }
    }

    private static CommandDesk Desk(UplinkerParts parts, OrderBook orders, KeyFiles files)
    {
        var key = DeviceKey.OpenOrMake(files.Directory, ".aside");
        var topics = UplinkTopics.Of(parts.Link, parts.Site.Id);
        var gate = new CommandGate(DeviceOf(topics), files.Read(), Counters(parts.Recorder));
        return new(new(topics, orders, parts.Recorder, parts.Clock) { Keys = files, Sign = key.Sign, Gate = gate });
    }

    private static byte[] DeviceOf(UplinkTopics topics) => CommandEnvelope.DeviceOf(topics.Tenant, topics.Site, topics.Box);

    private static ImmutableDictionary<ulong, ulong> Counters(Recorder recorder) =>
        recorder.Look(store => store.Last(LedgerKind.CommandCounters) is { } last ? CommandGate.CountersFromBytes(last.Body) : ImmutableDictionary<ulong, ulong>.Empty);
}
