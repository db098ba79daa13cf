using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What follows the devices in an image's bytes; each part comes with those before it.</summary>
public enum ImageParts
{
    None,
    Contacts,

    /// <summary>Of contacts there may be none then.</summary>
    Orders,

    /// <summary>Of contacts and orders there may be none then.</summary>
    Box,

    /// <summary>Of contacts and orders there may be none then, and the box may be well.</summary>
    Outside,
}

/// <summary>A process image as bytes and back, exactly: what a record holds is what the controller saw.</summary>
public static class ImageWire
{
    private const int Doubted = 0x80;

    public static void Write(WireWriter to, ProcessImage image)
    {
        to.Whole(image.TakenAt.UnixMilliseconds);
        Grid(to, image.Grid);
        to.Count((ulong)image.Batteries.Length);
        foreach (var battery in image.Batteries)
            Battery(to, battery);
        to.Count((ulong)image.PvPlants.Length);
        foreach (var plant in image.PvPlants)
            One(to, plant.Production.Quality, plant.Production.Value.Watts);
        to.Count((ulong)image.EvChargers.Length);
        foreach (var charger in image.EvChargers)
            Charger(to, charger);
        to.Count((ulong)image.Devices.Length);
        foreach (var device in image.Devices)
        {
            var isDoubted = device.Controls.IsAny || device.Readings != ReadingDoubts.None;
            to.Byte((byte)((byte)device.Link | (isDoubted ? Doubted : 0)));
            to.Whole(device.SinceAnswerMs);
            to.Whole(device.FailuresInARow);
            if (!isDoubted)
                continue;
            to.Byte((byte)device.Controls.BatteryDischarge);
            to.Byte((byte)device.Controls.EvCurrent);
            to.Byte((byte)device.Controls.PvLimit);
            to.Byte((byte)device.Readings);
        }
        if (image.Contacts.IsEmpty && image.Orders.IsEmpty && image.Box.IsWell && image.Outside is null)
            return;
        to.Count((ulong)image.Contacts.Length);
        foreach (var contact in image.Contacts)
            ContactWire.Write(to, contact);
        if (!image.Orders.IsEmpty || !image.Box.IsWell || image.Outside is not null)
            OrdersWire.Write(to, image.Orders);
        if (image.Box.IsWell && image.Outside is null)
            return;
        to.Byte((byte)image.Box.Clock);
        to.Byte((byte)image.Box.Start);
        if (image.Outside is { } outside)
            OutsideWire.Write(to, outside);
    }

    /// <param name="from">The record.</param>
    /// <param name="parts">What follows the devices: an image without any of it has no trace of it.</param>
    public static ProcessImage Read(ref WireReader from, ImageParts parts)
    {
        var (hasContacts, hasOrders, hasBox, hasOutside) = (parts >= ImageParts.Contacts, parts >= ImageParts.Orders, parts >= ImageParts.Box, parts == ImageParts.Outside);
        var at = from.Instant();
        var grid = ReadGrid(ref from);
        var batteries = new BatteryReadings[from.Length()];
        for (var i = 0; i < batteries.Length; i++)
            batteries[i] = ReadBattery(ref from);
        var plants = new PvReadings[from.Length()];
        for (var i = 0; i < plants.Length; i++)
            plants[i] = new() { Production = Watts(ref from) };
        var chargers = new EvReadings[from.Length()];
        for (var i = 0; i < chargers.Length; i++)
            chargers[i] = ReadCharger(ref from);
        var devices = new DeviceReadings[from.Length()];
        for (var i = 0; i < devices.Length; i++)
            devices[i] = Device(ref from);
        var contacts = new ContactReadings[hasContacts ? from.Length() : 0];
        if (hasContacts && !hasOrders && contacts.Length == 0)
            throw new InvalidDataException("record damaged: contacts are announced and there is none");
        for (var i = 0; i < contacts.Length; i++)
            contacts[i] = ContactWire.Read(ref from);
        var orders = hasOrders ? OrdersWire.Read(ref from) : Orders.None;
        if (hasOrders && !hasBox && orders.IsEmpty)
            throw new InvalidDataException("record damaged: orders are announced and there is none");
        var box = hasBox ? new BoxReadings(WireReader.Known((ClockTrust)from.Byte()), WireReader.Known((StartMode)from.Byte())) : default;
        if (hasBox && !hasOutside && box.IsWell)
            throw new InvalidDataException("record damaged: a trouble of the box is announced and there is none");
        return new(at, grid, Frozen(batteries), Frozen(plants), Frozen(chargers), Frozen(devices)) { Contacts = Frozen(contacts), Orders = orders, Box = box, Outside = hasOutside ? OutsideWire.Read(ref from) : null };
    }

    /// <summary>Doubts follow only where the link's highest bit says so: records from before there were any stay as they are.</summary>
    private static DeviceReadings Device(ref WireReader from)
    {
        var mark = from.Byte();
        var device = new DeviceReadings(WireReader.Known((LinkState)(mark & ~Doubted)), from.Small(), from.Small());
        if ((mark & Doubted) == 0)
            return device;
        var controls = new ControlDoubts(Doubt(ref from), Doubt(ref from), Doubt(ref from));
        var readings = from.Byte();
        return readings < 8
            ? device with { Controls = controls, Readings = (ReadingDoubts)readings }
            : throw new InvalidDataException($"record damaged: {readings} is no ReadingDoubts");
    }

    private static ControlDoubt Doubt(ref WireReader from) => WireReader.Known((ControlDoubt)from.Byte());

    private static void Grid(WireWriter to, GridReadings grid)
    {
        One(to, grid.Import.Quality, grid.Import.Value.Watts);
        One(to, grid.VoltageL1.Quality, grid.VoltageL1.Value.Volts);
        One(to, grid.VoltageL2.Quality, grid.VoltageL2.Value.Volts);
        One(to, grid.VoltageL3.Quality, grid.VoltageL3.Value.Volts);
        One(to, grid.CurrentL1.Quality, grid.CurrentL1.Value.Amperes);
        One(to, grid.CurrentL2.Quality, grid.CurrentL2.Value.Amperes);
        One(to, grid.CurrentL3.Quality, grid.CurrentL3.Value.Amperes);
        One(to, grid.Frequency.Quality, grid.Frequency.Value.Hertz);
        One(to, grid.ImportedEnergy.Quality, grid.ImportedEnergy.Value.WattHours);
        One(to, grid.ExportedEnergy.Quality, grid.ExportedEnergy.Value.WattHours);
    }

    private static GridReadings ReadGrid(ref WireReader from) => new()
    {
        Import = Watts(ref from),
        VoltageL1 = Volts(ref from),
        VoltageL2 = Volts(ref from),
        VoltageL3 = Volts(ref from),
        CurrentL1 = Amperes(ref from),
        CurrentL2 = Amperes(ref from),
        CurrentL3 = Amperes(ref from),
        Frequency = Made(ref from, Frequency.FromHertz),
        ImportedEnergy = Made(ref from, Energy.FromWattHours),
        ExportedEnergy = Made(ref from, Energy.FromWattHours),
    };

    private static void Battery(WireWriter to, BatteryReadings battery)
    {
        One(to, battery.Discharge.Quality, battery.Discharge.Value.Watts);
        One(to, battery.Soc.Quality, battery.Soc.Value.Ratio);
        One(to, battery.Voltage.Quality, battery.Voltage.Value.Volts);
        One(to, battery.Temperature.Quality, battery.Temperature.Value.Celsius);
        One(to, battery.CellVoltageMin.Quality, battery.CellVoltageMin.Value.Volts);
        One(to, battery.CellVoltageMax.Quality, battery.CellVoltageMax.Value.Volts);
        One(to, battery.ChargeCurrentMax.Quality, battery.ChargeCurrentMax.Value.Amperes);
        One(to, battery.DischargeCurrentMax.Quality, battery.DischargeCurrentMax.Value.Amperes);
        One(to, battery.ChargeAllowed.Quality, battery.ChargeAllowed.Value ? 1 : 0);
        One(to, battery.DischargeAllowed.Quality, battery.DischargeAllowed.Value ? 1 : 0);
    }

    private static BatteryReadings ReadBattery(ref WireReader from) => new()
    {
        Discharge = Watts(ref from),
        Soc = Made(ref from, Fraction.FromRatio),
        Voltage = Volts(ref from),
        Temperature = Made(ref from, Temperature.FromCelsius),
        CellVoltageMin = Volts(ref from),
        CellVoltageMax = Volts(ref from),
        ChargeCurrentMax = Amperes(ref from),
        DischargeCurrentMax = Amperes(ref from),
        ChargeAllowed = Made(ref from, value => value != 0),
        DischargeAllowed = Made(ref from, value => value != 0),
    };

    private static void Charger(WireWriter to, EvReadings charger)
    {
        One(to, charger.Charge.Quality, charger.Charge.Value.Watts);
        One(to, charger.State.Quality, (double)charger.State.Value);
        One(to, charger.OfferedCurrent.Quality, charger.OfferedCurrent.Value.Amperes);
        One(to, charger.SessionEnergy.Quality, charger.SessionEnergy.Value.WattHours);
    }

    private static EvReadings ReadCharger(ref WireReader from) => new()
    {
        Charge = Watts(ref from),
        State = Made(ref from, value => value is >= 0 and <= byte.MaxValue ? WireReader.Known((EvState)value) : throw new InvalidDataException($"record damaged: {value} is no EvState")),
        OfferedCurrent = Amperes(ref from),
        SessionEnergy = Made(ref from, Energy.FromWattHours),
    };

    internal static void One(WireWriter to, Quality quality, double value)
    {
        to.Byte((byte)((byte)quality.Trust | ((byte)quality.Reason << 2)));
        to.Whole(quality.AgeMs);
        to.Number(value);
    }

    private static Reading<Power> Watts(ref WireReader from) => Made(ref from, Power.FromWatts);
    private static Reading<Voltage> Volts(ref WireReader from) => Made(ref from, Voltage.FromVolts);
    private static Reading<Current> Amperes(ref WireReader from) => Made(ref from, Current.FromAmperes);

    internal static Reading<T> Made<T>(ref WireReader from, Func<double, T> make)
        where T : struct
    {
        var mark = from.Byte();
        var quality = new Quality(WireReader.Known((Trust)(mark & 3)), WireReader.Known((BadReason)(mark >> 2)), from.Small());
        return new(make(from.Finite()), quality);
    }

    private static ImmutableArray<T> Frozen<T>(T[] items) => ImmutableCollectionsMarshal.AsImmutableArray(items);
}
