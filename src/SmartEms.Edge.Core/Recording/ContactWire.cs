using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Core.Recording;

/// <summary>The contacts of a process image as bytes and back, exactly.</summary>
internal static class ContactWire
{
    public static void Write(WireWriter to, ContactReadings contact)
    {
        ImageWire.One(to, contact.Asserted.Quality, contact.Asserted.Value ? 1 : 0);
        ImageWire.One(to, contact.Power.Quality, contact.Power.Value.Watts);
        ImageWire.One(to, contact.Energy.Quality, contact.Energy.Value.WattHours);
    }

    public static ContactReadings Read(ref WireReader from) => new()
    {
        Asserted = ImageWire.Made(ref from, value => value != 0),
        Power = ImageWire.Made(ref from, Power.FromWatts),
        Energy = ImageWire.Made(ref from, Energy.FromWattHours),
    };
}
