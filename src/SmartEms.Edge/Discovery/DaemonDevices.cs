using SmartEms.Edge.Control;

namespace SmartEms.Edge.Discovery;

/// <summary>Which lines the running daemon holds, so that no tool speaks over it: many gateways serve one client, and a device has one master.</summary>
internal static class DaemonDevices
{
    /// <summary>The places (see LineSettings.Place) of the daemon's devices with their names; null when no daemon runs. A daemon that may not be asked is a refusal.</summary>
    public static async Task<Dictionary<string, string>?> PlacesAsync(LocalClient client, CancellationToken stop)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var view = LocalClient.Read(await client.GetAsync("/v1/devices", stop), ViewsJson.Wire.DevicesView);
            foreach (var device in view.Devices)
                places[PlaceOf(device.Link)] = device.Name;
        }
        catch (Refusal refusal) when (refusal.Exit == Exit.DaemonNotReachable)
        {
            return null;
        }
        return places;
    }

    private static string PlaceOf(string link)
    {
        var unit = link.LastIndexOf('#');
        return WireTarget.Parse(unit < 0 ? link : link[..unit], TimeSpan.FromSeconds(1)).Settings.Place;
    }
}
