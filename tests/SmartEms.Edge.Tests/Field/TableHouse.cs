using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Field;
using SmartEms.Edge.Tests.Maps;
using SmartEms.Edge.Tests.Simulating;

namespace SmartEms.Edge.Tests.Field;

/// <summary>A site whose devices are register tables without wires, read by the real field layer on simulated time; what they say can be damaged on its way.</summary>
internal sealed class TableHouse : IAsyncDisposable
{
    private readonly Site site;
    private readonly SimulatedTime time = new(Homes.Start);
    private readonly FieldLayer layer;
    private readonly Dictionary<string, RegisterTable> tables = [];

    public TableHouse(Site site)
    {
        this.site = site;
        foreach (var device in site.Devices)
            tables[device.Name] = new(Hardware.Profile(device.Profile), device.Link.Unit, units: device.Link.Units);
        layer = new(site, new(time), device => Hardware.Profile(device.Profile), (device, _) => new TableBus(tables[device.Name], words => Damage?.Invoke(words)), new(_ => { }, new WriteBudget()));
    }

    public Action<Memory<ushort>>? Damage { get; set; }
    public ProcessImage Image { get; private set; } = null!;

    public RegisterTable this[string device] => tables[device];

    public async Task LiveAsync(int seconds = 1)
    {
        for (var second = 0; second < seconds; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await layer.RoundAsync(default);
            Image = layer.Image();
        }
    }

    public bool Has(FindingCode code, string device) =>
        Diagnosis.Examine(Image, site).Any(finding => finding.Code == code && finding.Subject == Subject.Device && site.Devices[finding.Index].Name == device);

    public ValueTask DisposeAsync() => layer.DisposeAsync();
}
