using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>A register and what it held before we first wrote it, in its point's unit.</summary>
public readonly record struct HeldRegister(string Point, double Before);

/// <summary>One thing we hold on one device: from when on, and what its registers held before. It stands until the device has been handed back.</summary>
/// <param name="Device">The device's name in the site file.</param>
/// <param name="Link">Where it answers, for people.</param>
public sealed record Hold(string Device, string Link, ControlKind Kind, Instant Since, ImmutableArray<HeldRegister> Before);

/// <summary>What this controller holds on which device. A line is durable before the first setpoint of a forced mode is written and goes only when the device
/// was handed back; so the next start, and the release after a crash, know what is left to undo.</summary>
public sealed class HoldJournal
{
    private readonly Lock gate = new();
    private ImmutableArray<Hold> holds = [];

    /// <summary>Makes the lines durable; called with all of them at every change, and bounded by its own patience.</summary>
    public Func<Instant, ImmutableArray<Hold>, Task>? Keep { get; set; }

    /// <summary>What is held now, and what a last run has left.</summary>
    public ImmutableArray<Hold> Lines
    {
        get
        {
            lock (gate)
                return holds;
        }
    }

    /// <summary>Takes over what the last run has not handed back.</summary>
    public void Adopt(ImmutableArray<Hold> left)
    {
        lock (gate)
            holds = left;
    }

    /// <summary>The line of a control, or null.</summary>
    public Hold? Of(string device, ControlKind kind)
    {
        foreach (var hold in Lines)
            if (hold.Device == device && hold.Kind == kind)
                return hold;
        return null;
    }

    /// <summary>Completes when the line is durable, or its keeper's patience is over. What is held already is not held anew.</summary>
    public async ValueTask BeginAsync(Hold hold)
    {
        if (Of(hold.Device, hold.Kind) is not null)
            return;
        await KeepAsync(hold.Since, all => all.Add(hold));
    }

    /// <summary>The device follows its own automatic again.</summary>
    public async ValueTask EndAsync(string device, ControlKind kind, Instant now)
    {
        if (Of(device, kind) is null)
            return;
        await KeepAsync(now, all => all.RemoveAll(hold => hold.Device == device && hold.Kind == kind));
    }

    private async ValueTask KeepAsync(Instant at, Func<ImmutableArray<Hold>, ImmutableArray<Hold>> change)
    {
        ImmutableArray<Hold> now;
        lock (gate)
            now = holds = change(holds);
        if (Keep is { } keep)
            await keep(at, now);
    }
}
