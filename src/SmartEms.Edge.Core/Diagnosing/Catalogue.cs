using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Diagnosing;

/// <summary>How urgent a finding is.</summary>
public enum Urgency : byte
{
    Notice,
    Warning,

    /// <summary>A limit is touched or the controller is blind somewhere.</summary>
    Alarm,
}

/// <summary>What a finding means to a person: {0} is the subject's name, {1} the value with its unit, {2} the device's link.</summary>
public sealed record CatalogueEntry(FindingCode Code, Urgency Urgency, string Unit, string What, string NextStep);

/// <summary>Every finding code, once, with its words and its next step.</summary>
public static class Catalogue
{
    private static readonly CatalogueEntry[] Entries =
    [
        new(FindingCode.DeviceDown, Urgency.Alarm, "s", "{0} has not answered for {1}", "check power and network of {2}; then: smartems devices"),
        new(FindingCode.DeviceFaltering, Urgency.Warning, "failures in a row", "{0} answers unreliably ({1})", "check cabling and other Modbus clients of {2}"),
        new(FindingCode.DeviceAnswersGarbage, Urgency.Alarm, "bad answers in a row", "{0} answers, but not in valid Modbus ({1})", "check that {2} is this device and nothing else shares the port"),
        new(FindingCode.DeviceNotArmed, Urgency.Warning, "", "{0} did not take its own fallback timer; no setpoint is sent to it", "enable remote control in the device's menu; then restart it"),
        new(FindingCode.DeviceNotSetUp, Urgency.Warning, "", "{0} is not set up for control; nothing is written to it", "its last receipt names the setting and what to change: smartems status, or the log"),
        new(FindingCode.DeviceClockOff, Urgency.Notice, "s", "the clock of {0} is off by {1} (positive: ahead)", "control does not use it, but the device's own timetable and records do: set it in the device's menu, or give the device a time server"),
        new(FindingCode.GridMeterUnknown, Urgency.Alarm, "s", "the grid meter {0} gives no current reading ({1})", "batteries idle, chargers at minimum, PV inside the export limit until it returns; check {2}"),
        new(FindingCode.BatterySocUnknown, Urgency.Alarm, "s", "the state of charge of {0} is unknown", "the battery is left idle; check its BMS"),
        new(FindingCode.BatteryPowerUnknown, Urgency.Alarm, "s", "the power of {0} is unknown", "the battery is left idle; check its inverter"),
        new(FindingCode.PhaseCurrentUnknown, Urgency.Warning, "", "a phase current is unknown", "the grid exchange may not grow until it returns; check the meter {0}"),
        new(FindingCode.BatteryBmsUnknown, Urgency.Alarm, "", "the BMS of {0} does not give every value it should", "the battery is left idle; check the BMS and its link"),
        new(FindingCode.PvUnknown, Urgency.Warning, "s", "the production of {0} is unknown", "check its inverter"),
        new(FindingCode.EvUnknown, Urgency.Warning, "s", "the charging power of {0} is unknown", "it is taken as its full offer; check the charger"),
        new(FindingCode.GridVoltageUnknown, Urgency.Warning, "", "the grid voltage is unknown", "no power is exported or taken by choice until it returns; check the meter {0}"),
        new(FindingCode.GridFrequencyUnknown, Urgency.Warning, "", "the grid frequency is unknown", "no power is exported or taken by choice until it returns; check the meter {0}"),
        new(FindingCode.ReadingFrozen, Urgency.Alarm, "", "{0} repeats the same values while the rest of the site changes", "nothing it says is used until it moves again; restart {0} or the gateway before it ({2})"),
        new(FindingCode.SiteUnbalanced, Urgency.Warning, "", "the powers do not add up: by {0} and the inverters the house would generate", "look for a sign turned the wrong way, a phase metered backwards, or a generator that is not in the site file"),
        new(FindingCode.CounterRanBack, Urgency.Notice, "", "an energy counter of {0} ran backwards or jumped", "no step when the meter was changed or its counter rolled over; otherwise check {2}"),
        new(FindingCode.ContactUnknown, Urgency.Alarm, "", "the contact {0} cannot be read", "it counts as in force until it returns; check the board at {2}; smartems devices says what is wrong"),
        new(FindingCode.SensorUnknown, Urgency.Warning, "", "the sensor {0} gives no reading", "check {2}; smartems i2c scan shows who answers"),
        new(FindingCode.ImportLimitUnmet, Urgency.Alarm, "W", "the import limit is exceeded by {1} and nothing controllable is left", "switch off loads or raise the connection's limit"),
        new(FindingCode.ExportLimitUnmet, Urgency.Alarm, "W", "the export limit is exceeded by {1} and nothing controllable is left", "make the PV inverter curtailable or raise the limit"),
        new(FindingCode.GridVoltageOutside, Urgency.Alarm, "V", "the grid voltage is {1}, outside its band", "exchange is derated until it returns; tell the grid operator when it stays"),
        new(FindingCode.GridFrequencyOutside, Urgency.Alarm, "Hz", "the grid frequency is {1}, outside its band", "exchange is derated until it returns"),
        new(FindingCode.BatteryTemperatureOutside, Urgency.Alarm, "°C", "{0} is at {1}, outside its temperature range", "check ventilation; it rests until the temperature returns"),
        new(FindingCode.CellVoltageOutside, Urgency.Alarm, "V", "a cell of {0} is at {1}, outside its range", "let the battery balance; call service when it repeats"),
        new(FindingCode.SocOutside, Urgency.Notice, "%", "{0} is at {1}, outside its allowed band", "it only moves back towards the band"),
        new(FindingCode.PhaseCurrentOutside, Urgency.Alarm, "A", "a phase carries {1}, more than its fuse allows", "switch off single-phase loads on that phase"),
        new(FindingCode.BmsForbids, Urgency.Warning, "", "the BMS of {0} forbids charging or discharging", "read the BMS's own alarm"),
        new(FindingCode.EmergencyStopped, Urgency.Alarm, "", "the emergency stop {0} is pressed", "everything controllable rests and the relays are released; find out why, then release it"),
        new(FindingCode.DsoLimitHolds, Urgency.Notice, "", "the network operator limits consumption ({0})", "nothing to do: chargers and batteries take at most 4.2 kW each until it ends"),
        new(FindingCode.FeedInReduced, Urgency.Notice, "%", "the ripple control receiver permits {1} of rated production", "nothing to do: curtailable plants keep to it until it ends"),
        new(FindingCode.RelayNotSet, Urgency.Alarm, "", "the relay {0} cannot be set", "without current it stands in its safe position; check the board at {2}; smartems devices says what is wrong"),
        new(FindingCode.SetpointNotApplied, Urgency.Alarm, "", "{0} took a setpoint but does not follow it", "it is not counted on meanwhile; check the device's remote-control setting; then: smartems devices"),
        new(FindingCode.SetpointReverted, Urgency.Warning, "", "{0} dropped a setpoint by itself", "it is sent again, three times at once and then every 15 minutes; check for a restart, a power-save mode or a second controller"),
        new(FindingCode.NoDeviceFallback, Urgency.Notice, "", "{0} has no fallback of its own when the controller dies", "choose a device that has one, or a contactor"),
        new(FindingCode.WriteFailed, Urgency.Alarm, "", "{0} refuses or misses writes", "check {2}; its own fallback takes over meanwhile"),
        new(FindingCode.ForeignWriter, Urgency.Warning, "", "somebody else writes to {0}", "find the second controller and stop it; ours is sent again three times and then every 15 minutes"),
        new(FindingCode.WriteBudgetSpent, Urgency.Alarm, "", "a register of {0} has been written as often as its memory bears", "setpoints that only tighten still go out of a reserve; smartems writes shows which register, and when it may be written again"),
        new(FindingCode.DecisionLeaseExpired, Urgency.Alarm, "s", "the last decision is too old ({1}); only safe limits are kept", "read the log: the quarter-hour cycle stands still"),
        new(FindingCode.PlanFailed, Urgency.Warning, "", "forecast or plan failed; the plain rule leads", "a fault of the program: keep the record (smartems capture) and report it"),
        new(FindingCode.OutlookUnusable, Urgency.Warning, "", "the file in which others foretell cannot be used; the site's own forecast goes on", "the log names the line and what to change; whoever writes the file must write it whole and move it into place"),
        new(FindingCode.OutlookStale, Urgency.Notice, "h", "what others foretell was issued {1} ago (negative: not yet) and does not count; the site's own forecast goes on", "see why the file that planning.outlook names is not written anew, and in UTC"),
        new(FindingCode.PolicyFailed, Urgency.Warning, "", "the policy gave no usable proposal; the plain rule leads", "read the log"),
        new(FindingCode.PolicyRefused, Urgency.Warning, "", "the policy that was put in place on this box is refused; the plan leads", "smartems policy show says why; smartems policy reset goes back to the one built in"),
        new(FindingCode.StoreFailing, Urgency.Alarm, "", "records cannot be stored; control goes on from memory", "check the disk: df -h, dmesg"),
        new(FindingCode.CloudNotReached, Urgency.Notice, "", "the cloud has not been reached for 15 minutes", "nothing is lost, and control needs no cloud; smartems mqtt status says why"),
        new(FindingCode.ClockNotTrusted, Urgency.Notice, "", "the clock of this machine is not set by a time service and may be wrong", "orders that relax are refused and the policy is not heard; timedatectl shows why; with chrony or ntpd install systemd/kernel-clock.conf; where somebody else keeps the clock: smartems run --trust-clock"),
        new(FindingCode.LastGoodSite, Urgency.Alarm, "", "the last starts failed; the site file that ran well before is used, not the one that is there", "read journalctl -u smartems, mend the site file, then: systemctl restart smartems"),
        new(FindingCode.SafeMode, Urgency.Alarm, "", "safe mode: the last starts failed; every device is left at rest", "read journalctl -u smartems for the cause, then: systemctl restart smartems; it tries again by itself every hour"),
    ];

    private static readonly Dictionary<FindingCode, CatalogueEntry> ByCode = Entries.ToDictionary(entry => entry.Code);

    public static IReadOnlyList<CatalogueEntry> All => Entries;

    public static CatalogueEntry Entry(FindingCode code) => ByCode[code];

    /// <summary>F101-style identifier.</summary>
    public static string Id(FindingCode code) => $"F{(int)code}";

    /// <summary>What is wrong, in words, with the names of this site.</summary>
    public static string What(Finding finding, Site site) => Fill(Entry(finding.Code).What, finding, site);

    /// <summary>What a person can do about it.</summary>
    public static string NextStep(Finding finding, Site site) => Fill(Entry(finding.Code).NextStep, finding, site);

    private static string Fill(string words, Finding finding, Site site)
    {
        var unit = Entry(finding.Code).Unit;
        var value = unit is "" ? "" : $"{finding.Value:0.##} {unit}";
        return string.Format(words, NameOf(finding, site), value, LinkOf(finding, site));
    }

    /// <summary>The name of what the finding is about, as the site file spells it.</summary>
    public static string NameOf(Finding finding, Site site) => finding.Subject switch
    {
        Subject.Device => site.Devices[finding.Index].Name,
        Subject.Battery => site.Batteries[finding.Index].Name,
        Subject.PvPlant => site.PvPlants[finding.Index].Name,
        Subject.EvCharger => site.EvChargers[finding.Index].Name,
        Subject.Contact => site.Contacts[finding.Index].Name,
        Subject.Relay => site.Relays[finding.Index].Name,
        Subject.Sensor => site.Sensors[finding.Index].Name,
        _ => site.Devices[site.Pcc.Meter].Name,
    };

    private static string LinkOf(Finding finding, Site site) => finding.Subject switch
    {
        Subject.Device => LinkOf(finding.Index, site),
        Subject.Battery => LinkOf(site.Batteries[finding.Index].Device, site),
        Subject.PvPlant => LinkOf(site.PvPlants[finding.Index].Device, site),
        Subject.EvCharger => LinkOf(site.EvChargers[finding.Index].Device, site),
        Subject.Contact => site.Contacts[finding.Index].At.ToString(),
        Subject.Relay => site.Relays[finding.Index].At.ToString(),
        Subject.Sensor => $"0x{site.Sensors[finding.Index].Address:x2} on {site.Sensors[finding.Index].Bus}",
        _ => LinkOf(site.Pcc.Meter, site),
    };

    private static string LinkOf(int device, Site site) => site.Devices[device].Link.ToString();
}
