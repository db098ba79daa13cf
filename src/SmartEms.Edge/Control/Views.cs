using System.Text.Json.Serialization;

namespace SmartEms.Edge.Control;

// What the local API says. Names end in their unit; the name of a power states its positive direction. A value that is not Good is null,
// and the quality of its object says why under the value's own name: unknown is never zero. Moments are UTC.

/// <summary>Which site this is.</summary>
internal sealed record SiteView(string Id, string Name);

/// <summary>Everything one screen needs to know of the site now.</summary>
internal sealed record StatusView
{
    public required SiteView Site { get; init; }

    /// <summary>starting, running, warning or alarm: the worst finding that stands.</summary>
    public required string State { get; init; }
    public required DateTime At { get; init; }
    public required double UptimeS { get; init; }
    public required string Version { get; init; }
    /// <summary>How far the clock of the box can be believed: synced, holdover, unsynced or no-rtc.</summary>
    public required string Clock { get; init; }

    /// <summary>normal, last-good-site or safe-mode.</summary>
    public required string Start { get; init; }
    public required PowerView Power { get; init; }
    public required BatteryView[] Batteries { get; init; }
    public required ChargerView[] Chargers { get; init; }
    public required PvView[] Pv { get; init; }

    /// <summary>What hangs behind relays and may wait.</summary>
    public required LoadView[] Loads { get; init; }
    public required DecisionView? Decision { get; init; }
    public required FindingView[] Findings { get; init; }
    public required DeviceView[] Devices { get; init; }

    /// <summary>What is wired to this machine itself.</summary>
    public required ContactView[] Contacts { get; init; }
    public required RelayView[] Relays { get; init; }
    public required SensorOfSiteView[] Sensors { get; init; }
    public required LimitsView Limits { get; init; }
    public required long FollowSteps { get; init; }

    /// <summary>How far Follow's intervals strayed from their period during the last minute: 99 in 100 at most; null before there were any.</summary>
    public required double? FollowStrayP99Ms { get; init; }

    /// <summary>The same, all at most.</summary>
    public required double? FollowStrayMaxMs { get; init; }
    public required long Cycles { get; init; }

    /// <summary>From process start; null until there was one.</summary>
    public required long? FirstImageMs { get; init; }
    public required string? StoreFailure { get; init; }
    public required StoreView Store { get; init; }

    /// <summary>Null where nothing is written or the kernel does not count.</summary>
    public required WearView? Wear { get; init; }

    /// <summary>Newest first, at most ten.</summary>
    public required ReceiptView[] Receipts { get; init; }
}

/// <summary>How the store fares since the program started: what waits in memory, the longest commit, what was dropped, how often it was opened anew,
/// and what was handed to it.</summary>
internal sealed record StoreView(
    long QueueBytes, double SlowestMs, long DroppedEntries, long DroppedSamples, int Recycled, long LedgerBytes, long TelemetrySamples)
{
    /// <summary>What the card was sent for them, as the kernel counts it.</summary>
    public long LedgerWrittenBytes { get; init; }
    public long TelemetryWrittenBytes { get; init; }
}

/// <summary>What is written to the card as the kernel counts it; the rates and the life are null during the first minutes.</summary>
internal sealed record WearView(long TodayBytes, double? PerDayBytes, double? DevicePerDayBytes, double? LifeYears, double EnduranceBytes);

/// <summary>The site's power flows; load is what the others leave.</summary>
internal sealed record PowerView
{
    public required double? GridImportW { get; init; }
    public required double? PvProductionW { get; init; }
    public required double? BatteryDischargeW { get; init; }
    public required double? EvChargeW { get; init; }
    public required double? LoadW { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>One battery: what it does, what it may do, and who set the bounds.</summary>
internal sealed record BatteryView
{
    public required string Name { get; init; }
    public required string? Mode { get; init; }
    public required double CapacityWh { get; init; }
    public required double? SocPct { get; init; }
    public required double? DischargeW { get; init; }
    public required double? SetpointDischargeW { get; init; }

    /// <summary>The bound that clipped the setpoint, with its source; null when none did.</summary>
    public required string? ClippedBy { get; init; }
    public required RangeView? Allowed { get; init; }
    public required double? VoltageV { get; init; }
    public required double? TemperatureC { get; init; }
    public required double? CellVoltageMinV { get; init; }
    public required double? CellVoltageMaxV { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>A range of battery power and who set each end of it.</summary>
internal sealed record RangeView(double DischargeMinW, string DischargeMinBy, double DischargeMaxW, string DischargeMaxBy);

/// <summary>One flexible load: what the house or a person wants of it (off, surplus-only or on), whether it may run, null before the first step, and what
/// keeps it from that. What it draws is not measured.</summary>
internal sealed record LoadView(string Name, string Relay, double RatedW, string Mode, bool? MayRun, string? ClippedBy);

/// <summary>One charger and the car at it.</summary>
internal sealed record ChargerView
{
    public required string Name { get; init; }
    public required string? Mode { get; init; }

    /// <summary>no-car, connected, charging or error.</summary>
    public required string? State { get; init; }
    public required double? ChargeW { get; init; }
    public required double? OfferedA { get; init; }
    public required double? SetpointOfferA { get; init; }
    public required string? ClippedBy { get; init; }
    public required double? SessionWh { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>One PV plant; a limit of null means unlimited.</summary>
internal sealed record PvView
{
    public required string Name { get; init; }
    public required double RatedW { get; init; }
    public required bool Curtailable { get; init; }
    public required double? ProductionW { get; init; }
    public required double? LimitW { get; init; }
    public required string? ClippedBy { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>What holds for the quarter-hour, and why.</summary>
internal sealed record DecisionView
{
    public required DateTime Slot { get; init; }
    public required DateTime Until { get; init; }
    public required string LedBy { get; init; }
    public required ExpectedBatteryView[] Batteries { get; init; }
    public required ExpectedChargerView[] Chargers { get; init; }
    public required ReasonView[] Reasons { get; init; }
}

/// <summary>What a battery was decided to do, what was expected of it, and what the envelope left at that moment.</summary>
internal sealed record ExpectedBatteryView(string Name, string Mode, double ExpectedDischargeW, RangeView Allowed);

/// <summary>What a charger was decided to do, and what was expected of it.</summary>
internal sealed record ExpectedChargerView(string Name, string Mode, double ExpectedChargeW);

/// <summary>One ground of a decision, numbered in the order it was found; the code is stable.</summary>
internal sealed record ReasonView(int Number, string Code, string Words);

/// <summary>Something that is wrong, and what a person can do about it.</summary>
internal sealed record FindingView(string Id, string Urgency, string Subject, string What, string NextStep);

/// <summary>One device and its link.</summary>
internal sealed record DeviceView
{
    public required string Name { get; init; }

    /// <summary>grid, pv, battery, bms and ev, as far as they apply.</summary>
    public required string[] Roles { get; init; }
    public required string Profile { get; init; }
    public required string Link { get; init; }

    /// <summary>starting, up, faltering, garbled or down.</summary>
    public required string State { get; init; }
    public required double SinceAnswerS { get; init; }
    public required int FailuresInARow { get; init; }

    /// <summary>The longest request of the last minute, connecting included; null when there was none.</summary>
    public required long? SlowestMs { get; init; }

    /// <summary>How far the device's own clock goes before this machine's, s; of one on civil time the rest of a quarter-hour, for its zone is not known. Null where
    /// it shows no clock.</summary>
    public required double? ClockAheadS { get; init; }

    /// <summary>Why it does not answer, with the remedy where one is known; null while it does.</summary>
    public required string? Fault { get; init; }

    /// <summary>In the positive direction of its first role; null without quality when the role has no power (a BMS).</summary>
    public required double? PowerW { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>All devices, and what is wired to this machine itself.</summary>
internal sealed record DevicesView(SiteView Site, DateTime At, DeviceView[] Devices, ContactView[] Contacts, RelayView[] Relays, SensorOfSiteView[] Sensors);

/// <summary>The connection's limits as they hold now, and how near we are.</summary>
internal sealed record LimitsView
{
    public required double? GridImportW { get; init; }
    public required double? ImportMaxW { get; init; }
    public required string? ImportMaxBy { get; init; }
    public required double? ExportMaxW { get; init; }
    public required string? ExportMaxBy { get; init; }

    /// <summary>The highest of the phases that are known.</summary>
    public required double? PhaseCurrentMaxA { get; init; }
    public required double FuseA { get; init; }

    /// <summary>Limits exceeded for longer than devices need to react, since start.</summary>
    public required int Violations { get; init; }
    public required SortedDictionary<string, string> Quality { get; init; }
}

/// <summary>What became of one setpoint.</summary>
internal sealed record ReceiptView(DateTime At, string Device, string Control, double Asked, double? Seen, string Unit, string State, string Note);

/// <summary>One quarter-hour's decision from its record: what was seen, what was decided, and why.</summary>
internal sealed record WhyView
{
    public required SiteView Site { get; init; }
    public required DateTime TakenAt { get; init; }
    public required DecisionView Decision { get; init; }
    public required string PolicyName { get; init; }
    public required string PolicyMode { get; init; }
    public required string Program { get; init; }
    public required string SiteSha256 { get; init; }
    public required PowerView Power { get; init; }
    public required BatteryView[] Batteries { get; init; }
    public required ChargerView[] Chargers { get; init; }
    public required PvView[] Pv { get; init; }
    public required FindingView[] Findings { get; init; }
}

/// <summary>Which program answers.</summary>
internal sealed record VersionView(string Version, string Runtime, string Platform);

/// <summary>The requests the local API knows.</summary>
internal sealed record RequestsView(RequestView[] Requests);

/// <summary>One request.</summary>
internal sealed record RequestView(string Method, string Path, string Does);

/// <summary>The devices were handed back to their own automatic.</summary>
internal sealed record ReleaseView(bool Released);

/// <summary>Why a request was not answered, and what to do.</summary>
internal sealed record ErrorView(string Code, string Message, string Hint)
{
    /// <summary>Of a site file that was refused, each with its place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProblemView[]? Problems { get; init; }
}
