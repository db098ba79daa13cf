using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Diagnosing;

/// <summary>Looks at one process image and says what is wrong with the site's senses. Limits are judged in Safeguarding.</summary>
public static class Diagnosis
{
    public static ImmutableArray<Finding> Examine(ProcessImage image, Site site)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        Links(image, findings);
        Senses(image, site, findings);
        Contacts(image, site, findings);
        Box(image.Box, findings);
        return findings.DrainToImmutable();
    }

    private static void Box(BoxReadings box, ImmutableArray<Finding>.Builder findings)
    {
        if (box.Clock >= ClockTrust.Unsynced)
            findings.Add(new(FindingCode.ClockNotTrusted, Subject.Site, 0, (double)box.Clock));
        if (box.Start != StartMode.Normal)
            findings.Add(new(box.Start == StartMode.Safe ? FindingCode.SafeMode : FindingCode.LastGoodSite));
    }

    private static void Links(ProcessImage image, ImmutableArray<Finding>.Builder findings)
    {
        for (var i = 0; i < image.Devices.Length; i++)
        {
            var device = image.Devices[i];
            if (device.Link == LinkState.Down)
                findings.Add(new(FindingCode.DeviceDown, Subject.Device, i, device.SinceAnswerMs / 1000));
            else if (device.Link == LinkState.Garbled)
                findings.Add(new(FindingCode.DeviceAnswersGarbage, Subject.Device, i, device.FailuresInARow));
            else if (device.Link == LinkState.Faltering)
                findings.Add(new(FindingCode.DeviceFaltering, Subject.Device, i, device.FailuresInARow));
            Doubts(device, i, findings);
        }
    }

    /// <summary>One finding per doubt: two controls of a device that fail alike are one thing to look after.</summary>
    private static void Doubts(DeviceReadings device, int index, ImmutableArray<Finding>.Builder findings)
    {
        if (device.Readings.HasFlag(ReadingDoubts.Frozen))
            findings.Add(new(FindingCode.ReadingFrozen, Subject.Device, index));
        if (device.Readings.HasFlag(ReadingDoubts.CounterRanBack))
            findings.Add(new(FindingCode.CounterRanBack, Subject.Device, index));
        if (device.Readings.HasFlag(ReadingDoubts.Unbalanced))
            findings.Add(new(FindingCode.SiteUnbalanced, Subject.Device, index));
        var (battery, ev, pv) = device.Controls;
        if (battery != ControlDoubt.None)
            findings.Add(new(Code(battery), Subject.Device, index));
        if (ev != ControlDoubt.None && ev != battery)
            findings.Add(new(Code(ev), Subject.Device, index));
        if (pv != ControlDoubt.None && pv != battery && pv != ev)
            findings.Add(new(Code(pv), Subject.Device, index));
    }

    private static FindingCode Code(ControlDoubt doubt) => doubt switch
    {
        ControlDoubt.NotApplied => FindingCode.SetpointNotApplied,
        ControlDoubt.Reverted => FindingCode.SetpointReverted,
        ControlDoubt.ForeignWriter => FindingCode.ForeignWriter,
        ControlDoubt.NotAllowed => FindingCode.DeviceNotSetUp,
        ControlDoubt.NotArmed => FindingCode.DeviceNotArmed,
        ControlDoubt.BudgetSpent => FindingCode.WriteBudgetSpent,
        _ => FindingCode.WriteFailed,
    };

    private static void Senses(ProcessImage image, Site site, ImmutableArray<Finding>.Builder findings)
    {
        var import = image.Grid.Import;
        if (!import.IsGood)
            findings.Add(new(FindingCode.GridMeterUnknown, Subject.Device, site.Pcc.Meter, import.Quality.AgeMs / 1000));
        for (var i = 0; i < image.Batteries.Length; i++)
        {
            if (!image.Batteries[i].Soc.IsGood)
                findings.Add(new(FindingCode.BatterySocUnknown, Subject.Battery, i));
            if (!image.Batteries[i].Discharge.IsGood)
                findings.Add(new(FindingCode.BatteryPowerUnknown, Subject.Battery, i));
        }
        for (var i = 0; i < image.PvPlants.Length; i++)
            if (!image.PvPlants[i].Production.IsGood)
                findings.Add(new(FindingCode.PvUnknown, Subject.PvPlant, i));
        for (var i = 0; i < image.EvChargers.Length; i++)
            if (!image.EvChargers[i].Charge.IsGood)
                findings.Add(new(FindingCode.EvUnknown, Subject.EvCharger, i));
    }

    /// <summary>What a contact says, and that nobody can read it; the receiver's relays together are one word.</summary>
    private static void Contacts(ProcessImage image, Site site, ImmutableArray<Finding>.Builder findings)
    {
        for (var i = 0; i < site.Contacts.Length; i++)
        {
            var (role, now) = (site.Contacts[i].Role, i < image.Contacts.Length ? image.Contacts[i] : new());
            if (role == ContactRole.PulseMeter ? !now.Energy.IsGood : !now.Asserted.IsGood)
                findings.Add(new(FindingCode.ContactUnknown, Subject.Contact, i));
            else if (role == ContactRole.EmergencyStop && now.Asserted.Value)
                findings.Add(new(FindingCode.EmergencyStopped, Subject.Contact, i));
            else if (role == ContactRole.DsoLimit && now.Asserted.Value)
                findings.Add(new(FindingCode.DsoLimitHolds, Subject.Contact, i));
            else if (RippleControl.ShareOf(role) is { Ratio: < 1 } share && now.Asserted.Value)
                findings.Add(new(FindingCode.FeedInReduced, Subject.Contact, i, share.Percent));
        }
    }
}
