namespace SmartEms.Edge.Core.Safeguarding;

/// <summary>The failsafe table in the field's words.</summary>
public static class FailsafeWords
{
    private static readonly (FailsafeAct Act, string Words)[] Acts =
    [
        (FailsafeAct.BatteryRests, "that battery rests"),
        (FailsafeAct.AllBatteriesRest, "all batteries rest"),
        (FailsafeAct.AllChargersAtMinimum, "chargers at their minimum, flexible loads off"),
        (FailsafeAct.PlantsInsideExport, "PV inside the export limit"),
        (FailsafeAct.ExchangeMayNotGrow, "exchange may not grow"),
        (FailsafeAct.NoExchangeByChoice, "nothing bought or sold by choice"),
        (FailsafeAct.CountedAsOffered, "counts with all it was offered"),
        (FailsafeAct.CountedAsAllowed, "counts with all it may produce"),
        (FailsafeAct.LimitAssumed, "the limit is taken to hold"),
        (FailsafeAct.StopAssumed, "everything stops"),
        (FailsafeAct.NoCredit, "asked for rest, not counted on"),
        (FailsafeAct.SafeLimitsOnly, "no mode is followed, safe limits only"),
        (FailsafeAct.RuleLeads, "the self-consumption rule leads"),
        (FailsafeAct.OnlyTightening, "only orders that tighten"),
        (FailsafeAct.GoesOnFromMemory, "control goes on from memory"),
    ];

    public static string Of(SafetyInput input) => input switch
    {
        SafetyInput.GridPower => "grid meter: power",
        SafetyInput.GridVoltage => "grid meter: voltage",
        SafetyInput.GridFrequency => "grid meter: frequency",
        SafetyInput.PhaseCurrent => "grid meter: phase currents",
        SafetyInput.BatterySoc => "battery: SoC",
        SafetyInput.BatteryPower => "battery: power",
        SafetyInput.Bms => "battery: BMS values",
        SafetyInput.PvPower => "PV: production",
        SafetyInput.ChargerPower => "charger: power",
        SafetyInput.DsoContact => "contact: DSO limit (§14a)",
        SafetyInput.RippleReceiver => "contacts: ripple control",
        SafetyInput.StopContact => "contact: emergency stop",
        SafetyInput.Obedience => "a device's obedience",
        SafetyInput.Decision => "the decision",
        SafetyInput.Advice => "advice for the quarter-hour",
        SafetyInput.Clock => "the clock",
        _ => "the store",
    };

    public static string Of(FailsafeAct acts)
    {
        var words = "";
        foreach (var (act, text) in Acts)
            if ((acts & act) != 0)
                words = words.Length == 0 ? text : $"{words}, {text}";
        return words.Length == 0 ? "goes on with the last value" : words;
    }
}
