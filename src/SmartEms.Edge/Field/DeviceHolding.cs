using System.Collections.Immutable;
using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Field;

/// <summary>The session's part of the hold journal: a line before the first forced write, undone first after a crash, ended when the device is handed back.</summary>
internal sealed partial class DeviceSession
{
    private const string Released = "released";

    private readonly Dictionary<ControlKind, Hold> left = [];

    /// <summary>Notes durably that this control is about to be held, with what its registers hold now.</summary>
    private async ValueTask HoldAsync(ControlLine control, double target)
    {
        if (control.Definition.Kind == ControlKind.EvPhases || holds.Of(Device.Name, control.Definition.Kind) is not null) // a contactor is left where it stands
            return;
        var before = ImmutableArray.CreateBuilder<HeldRegister>();
        lock (gate)
            foreach (var write in ControlRecipe.Of(control.Definition, ControlPhase.Apply, target, table!, clock.UptimeMs).Writes)
                if (table!.Get(write.Point, clock.UptimeMs) is { IsKnown: true } held)
                    before.Add(new(Profile.Points[write.Point].Name, held.Value));
        await holds.BeginAsync(new(Device.Name, Device.Link.ToString(), control.Definition.Kind, clock.Now, before.DrainToImmutable()));
    }

    private ValueTask EndHoldAsync(ControlLine control) => holds.EndAsync(Device.Name, control.Definition.Kind, clock.Now);

    /// <summary>Hands back what a run that crashed has left held, before anything new is asked. True while that is still to be done.</summary>
    private async ValueTask<bool> UndoAsync(ControlLine control, CancellationToken stop)
    {
        if (!left.TryGetValue(control.Definition.Kind, out var hold))
            return false;
        if (!control.MayWrite(clock.UptimeMs) || !await ReleaseAsync(control, stop))
            return true;
        if (control.Definition.Release.IsEmpty && control.Definition.TimeoutMs == 0)
            await RestoreAsync(control, hold, stop);
        left.Remove(control.Definition.Kind);
        return false;
    }

    /// <summary>A run that crashed has left this held, and it has not been handed back yet.</summary>
    public bool IsLeft(ControlKind kind) => left.ContainsKey(kind);

    /// <summary>What became of each control when the device was handed back.</summary>
    public Dictionary<ControlKind, string> HandedBack { get; } = [];

    /// <summary>Hands every control back and reads back what was written for it, once the device has had time to settle. True when all is confirmed.</summary>
    public async ValueTask<bool> HandBackAsync(CancellationToken stop)
    {
        var longest = 0;
        foreach (var control in controls)
        {
            HandedBack[control.Definition.Kind] = "not released";
            longest = Math.Max(longest, control.Definition.SettleMs);
        }
        var all = await ReleaseAllAsync(stop);
        if (table is null)
            return false;
        if (longest > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(longest), clock.Time, stop);
        foreach (var control in controls)
            all &= HandedBack[control.Definition.Kind] == Released && await ConfirmedAsync(control, stop);
        return all;
    }

    /// <summary>Reads back what a release has written, once the device has had time to settle.</summary>
    private async ValueTask<bool> ConfirmedAsync(ControlLine control, CancellationToken stop)
    {
        ControlRecipe recipe;
        lock (gate)
            recipe = ControlRecipe.Of(control.Definition, ControlPhase.Release, 0, table!, clock.UptimeMs);
        var kind = control.Definition.Kind;
        if (!recipe.IsOk || recipe.Writes.Length == 0)
        {
            HandedBack[kind] = control.Definition.TimeoutMs > 0 ? $"its own timer ends it within {control.Definition.TimeoutMs / 1000} s" : "nothing to hand back";
            return recipe.IsOk;
        }
        foreach (var write in recipe.Writes)
        {
            if (write.ReadBack < 0)
                continue;
            var seen = await SeenAsync(write, stop);
            if (seen is { } value && Math.Abs(value - write.Expected) <= ToleranceOf(write))
                continue;
            HandedBack[kind] = $"not confirmed, {Profile.Points[write.ReadBack].Name} reads {(seen is { } known ? $"{known:0.###}" : "nothing")} instead of {write.Expected:0.###}";
            return false;
        }
        HandedBack[kind] = "released and read back";
        return true;
    }

    /// <summary>A device that knows no release gets back what its registers held before.</summary>
    private async ValueTask RestoreAsync(ControlLine control, Hold hold, CancellationToken stop)
    {
        ControlRecipe recipe;
        lock (gate)
            recipe = ControlRecipe.Of(
                control.Definition with { Release = [.. hold.Before.Where(register => Profile.IndexOf(register.Point) >= 0).Select(register => new ControlStep(register.Point) { Constant = register.Before })] },
                ControlPhase.Release,
                0,
                table!,
                clock.UptimeMs);
        foreach (var write in recipe.Writes)
            if (!(await bus.WriteAsync(write.Span, write.Words.AsMemory(), write.Function, stop)).IsOk)
                return; // it is away again: its next start finds it as it is
    }
}
