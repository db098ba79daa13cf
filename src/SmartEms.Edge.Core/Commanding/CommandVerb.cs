using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Commanding;

/// <summary>What may be asked of a box from afar, and nothing else. The numbers stand in envelopes.</summary>
public enum CommandVerb : ushort
{
    /// <summary>Nothing but a signed answer.</summary>
    Ping = 1,

    /// <summary>Bounds grid import.</summary>
    LimitImport = 2,
    LimitExport = 3,

    /// <summary>Bounds what each steerable device draws.</summary>
    LimitDevices = 4,

    /// <summary>Asks one part for a mode, a power, a current or a limit.</summary>
    Set = 5,

    /// <summary>Takes back what was ordered from afar.</summary>
    Release = 6,

    /// <summary>The emergency stop; only a person at the site resets it.</summary>
    Stop = 7,

    /// <summary>A newer list of operator keys.</summary>
    Keys = 8,
}

/// <summary>What a key may do; of those that command, each role may do what those before it may.</summary>
public enum CommandRole : byte
{
    Viewer = 0,
    Operator = 1,
    Admin = 2,

    /// <summary>Signs acknowledgements, and commands nothing.</summary>
    Receiver = 3,
}

/// <summary>One line of the allow-list.</summary>
/// <param name="Name">As tools and audits spell it.</param>
/// <param name="IsTightening">It can only take away: allowed while the clock is not trusted.</param>
/// <param name="NeedsTwo">Two different keys must have signed.</param>
public sealed record CommandRule(CommandVerb Verb, string Name, CommandRole Role, bool IsTightening, bool NeedsTwo)
{
    public static ImmutableArray<CommandRule> All { get; } =
    [
        new(CommandVerb.Ping, "ping", CommandRole.Viewer, true, false),
        new(CommandVerb.LimitImport, "limit-import", CommandRole.Operator, true, false),
        new(CommandVerb.LimitExport, "limit-export", CommandRole.Operator, true, false),
        new(CommandVerb.LimitDevices, "limit-devices", CommandRole.Operator, true, false),
        new(CommandVerb.Set, "set", CommandRole.Operator, false, false),
        new(CommandVerb.Release, "release", CommandRole.Operator, false, false),
        new(CommandVerb.Stop, "stop", CommandRole.Operator, true, false),
        new(CommandVerb.Keys, "keys", CommandRole.Admin, false, true),
    ];

    public bool Allows(CommandRole role) => role != CommandRole.Receiver && role >= Role;

    public static CommandRule? Of(CommandVerb verb)
    {
        foreach (var rule in All)
            if (rule.Verb == verb)
                return rule;
        return null;
    }

    public static CommandRule? Named(string name)
    {
        foreach (var rule in All)
            if (rule.Name == name)
                return rule;
        return null;
    }
}
