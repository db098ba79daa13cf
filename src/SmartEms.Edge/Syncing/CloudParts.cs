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

    /// <param name="orders">Carries out what commands ask for.</param>
    /// <param name="storePath">Keys lie beside the store; null = nothing is stored, and no command is taken.</param>
    public static Uplinker Make(UplinkerParts parts, OrderBook orders, string? storePath)
    {
        var desk = parts.Link.TakesCommands && storePath is { } path ? Desk(parts, orders, Path.GetDirectoryName(Path.GetFullPath(path))!) : null;
        return new(parts with { Command = desk is { } known ? known.Take : null });
    }

    /// <summary>Null where no root key was pinned, or what lies there cannot be used: then no command is heard, and the log says why.</summary>
    private static CommandDesk? Desk(UplinkerParts parts, OrderBook orders, string directory)
    {
        var files = new KeyFiles(directory);
        if (!files.IsPinned)
            return null;
        try
        {
            var key = DeviceKey.OpenOrMake(directory, ".aside");
            var topics = UplinkTopics.Of(parts.Link, parts.Site.Id);
            var gate = new CommandGate(CommandEnvelope.DeviceOf(topics.Tenant, topics.Site, topics.Box), files.Read(), Counters(parts.Recorder));
            return new(new(topics, orders, parts.Recorder, parts.Clock) { Keys = files, Sign = key.Sign, Gate = gate });
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            parts.Log.Error($"no command from afar is heard: {failure.Message}");
            return null;
        }
    }

    private static ImmutableDictionary<ulong, ulong> Counters(Recorder recorder) =>
        recorder.Look(store => store.Last(LedgerKind.CommandCounters) is { } last ? CommandGate.CountersFromBytes(last.Body) : ImmutableDictionary<ulong, ulong>.Empty);
}
