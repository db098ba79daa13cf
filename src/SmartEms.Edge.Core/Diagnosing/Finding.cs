namespace SmartEms.Edge.Core.Diagnosing;

/// <summary>What a finding is about; the kind says in which list of the site <see cref="Finding.Index"/> counts.</summary>
public enum Subject : byte
{
    Site,
    Device,
    Battery,
    PvPlant,
    EvCharger,
    Contact,
    Relay,
    Sensor,
}

/// <summary>Something is wrong now. The code says what, subject and index say where, the value how much (its unit stands in the catalogue).</summary>
public readonly record struct Finding(FindingCode Code, Subject Subject = Subject.Site, int Index = 0, double Value = 0);

/// <summary>Every finding the program can make; numbers are stable and appear as F101 on screens and in topics.</summary>
public enum FindingCode : short
{
    DeviceDown = 101,
    DeviceFaltering = 102,
    DeviceAnswersGarbage = 103,
    DeviceNotArmed = 104,
    DeviceNotSetUp = 105,
    DeviceClockOff = 106,

    GridMeterUnknown = 110,
    BatterySocUnknown = 111,
    BatteryPowerUnknown = 112,
    PvUnknown = 113,
    EvUnknown = 114,
    GridVoltageUnknown = 115,
    GridFrequencyUnknown = 116,
    BatteryBmsUnknown = 117,
    PhaseCurrentUnknown = 118,
    ReadingFrozen = 119,
    SiteUnbalanced = 120,
    CounterRanBack = 121,
    ContactUnknown = 122,
    SensorUnknown = 123,

    ImportLimitUnmet = 201,
    ExportLimitUnmet = 202,
    GridVoltageOutside = 203,
    GridFrequencyOutside = 204,
    BatteryTemperatureOutside = 205,
    CellVoltageOutside = 206,
    SocOutside = 207,
    PhaseCurrentOutside = 208,
    BmsForbids = 209,
    EmergencyStopped = 210,
    DsoLimitHolds = 211,
    FeedInReduced = 212,

    SetpointNotApplied = 301,
    SetpointReverted = 302,
    NoDeviceFallback = 303,
    WriteFailed = 304,
    ForeignWriter = 305,
    WriteBudgetSpent = 306,
    RelayNotSet = 307,

    DecisionLeaseExpired = 401,
    PolicyFailed = 402,

    /// <summary>Forecast or plan.</summary>
    PlanFailed = 403,
    OutlookUnusable = 404,
    OutlookStale = 405,

    /// <summary>The policy of the box.</summary>
    PolicyRefused = 406,

    StoreFailing = 501,
    CloudNotReached = 502,

    ClockNotTrusted = 601,
    LastGoodSite = 602,
    SafeMode = 603,
}
