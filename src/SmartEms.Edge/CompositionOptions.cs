using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using SmartEms.Edge.Core.Sensing.Sensors;
using SmartEms.Edge.Field;
using SmartEms.Edge.Running;

namespace SmartEms.Edge;

/// <summary>What a composition is told from outside.</summary>
internal sealed record CompositionOptions(string? StorePath, TimeProvider SiteTime, TimeProvider RealTime, Log Log)
{
    public IGpio Gpio { get; init; } = Composition.Gpio;
    public II2cBuses I2c { get; init; } = Composition.I2c;

    /// <summary>Says how far the site's time can be believed; null where somebody else answers for it.</summary>
    public ClockJudge? ClockJudge { get; init; }
    public StartMode Start { get; init; }
}
