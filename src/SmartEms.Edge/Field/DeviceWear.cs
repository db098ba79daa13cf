using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>How a writable register of a device is used: what its memory bears, and what has been counted (null = never written).</summary>
internal sealed record RegisterUse(string Device, string Point, RegisterSpan Span, WearClass Wear, WearLimits Limits)
{
    public RegisterWear? Counted { get; init; }
}

/// <summary>The counting half of a session: every write is counted before it is made, against what the register's memory bears.</summary>
internal sealed partial class DeviceSession
{
    /// <summary>Every register that a control of this device may write, in the profile's order; empty while the device has not been found.</summary>
    public ImmutableArray<RegisterUse> Uses
    {
        get
        {
            var uses = ImmutableArray.CreateBuilder<RegisterUse>();
            lock (gate)
            {
                if (table is null)
                    return [];
                foreach (var control in controls)
                    foreach (var steps in (ImmutableArray<ControlStep>[])[control.Definition.Arm, control.Definition.Apply, control.Definition.Release])
                        foreach (var step in steps)
                            AddUse(uses, Profile.IndexOf(step.Point));
            }
            return uses.DrainToImmutable();
        }
    }

    private void AddUse(ImmutableArray<RegisterUse>.Builder uses, int point)
    {
        if (point < 0 || !table!.Device.Places[point].Installed)
            return;
        var span = table.Device.Places[point].Span;
        foreach (var one in uses)
            if (one.Span == span)
                return;
        uses.Add(new(Device.Name, Profile.Points[point].Name, span, Profile.Points[point].Wear, LimitsOf(point)) { Counted = budget.Of(KeyOf(span), clock.Now, LimitsOf(point)) });
    }

    /// <summary>Counts the writes before they are made; gives the register whose budget is spent, or null.</summary>
    private async ValueTask<string?> SpentAsync(ControlLine control, List<RegisterWrite> writes, Ask ask)
    {
        if (writes.Count == 0)
            return null;
        var claims = new WriteClaim[writes.Count];
        var tightens = ask.Phase != ControlPhase.Apply || WriteSelection.Tightens(control.Definition.Kind, control.LastTarget, ask.Target);
        for (var i = 0; i < claims.Length; i++)
            claims[i] = new(KeyOf(writes[i].Span), LimitsOf(writes[i].Point), tightens);
        var (spent, kept) = budget.Take(claims, clock.Now);
        await kept;
        return spent;
    }

    private string KeyOf(RegisterSpan span) => $"{Device.Name} {span}";

    private WearLimits LimitsOf(int point) =>
        WearLimits.Of(Profile.Points[point].Wear, Profile.Points[point].WritesLifetime, Profile.Points[point].WritesPerDay);
}
