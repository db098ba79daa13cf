using System.ComponentModel;
using System.Diagnostics;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Syncing;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>The uplink as a process of its own (see <see cref="UplinkChild"/>), started again with back-off when it ends. One thread drives it; a second one, made
/// once, reads what the process says.</summary>
public sealed class UplinkProcess : IUplink
{
    /// <summary>The reason of a message that was handed over just when the session ended.</summary>
    public const int NotTaken = 128;

    /// <summary>Less than a pipe holds (pipe(7): 64 KiB), so that handing over never waits, whatever the process does.</summary>
    private const int MostBytesInPipe = 48 * 1024;

    /// <summary>It says how it is every few seconds, whatever it waits for.</summary>
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(90);

    private readonly UplinkSettings settings;
    private readonly ProcessStartInfo start;
    private readonly TimeProvider time;
    private readonly Backoff backoff;
    private readonly ProcessMouth mouth = new();
    private readonly Dictionary<int, int> onTheirWay = [];
    private Process? process;
    private int bytesInPipe;
    private int lastNumber;
    private long startedAt;
    private long heardAt;
    private long waitingSince;
    private TimeSpan wait;
    private bool hasSession;
    private volatile UplinkLook look;

    /// <param name="start">How the process is started: this program with the verb that runs <see cref="UplinkChild"/>.</param>
    /// <param name="dice">A number from 0 up to, not including, 1.</param>
    public UplinkProcess(UplinkSettings settings, ProcessStartInfo start, TimeProvider time, Func<double> dice)
    {
        (this.settings, this.start, this.time) = (settings, start, time);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.UseShellExecute) = (true, true, false);
        backoff = new(settings.Rest, dice);
        look = new(UplinkState.Offline, settings.Brokers[0].ToString(), null);
    }

    public UplinkLook Look => look;

    /// <summary>How often the process had to be started.</summary>
    public int Starts { get; private set; }

    public int Room => hasSession && bytesInPipe < MostBytesInPipe ? settings.Window - onTheirWay.Count : 0;

    public int? Publish(in UplinkMessage message)
    {
        if (Room <= 0 || process is not { } child)
            return null;
        var frame = UplinkPipe.Of(++lastNumber, message);
        if (bytesInPipe > 0 && bytesInPipe + frame.Length > MostBytesInPipe)
            return null;
        try
        {
            child.StandardInput.BaseStream.Write(frame);
            child.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            return null; // it has ended: the next turn finds that
        }
        onTheirWay[lastNumber] = frame.Length;
        bytesInPipe += frame.Length;
        return lastNumber;
    }

    public IReadOnlyList<UplinkEvent> Turn(TimeSpan most)
    {
        if (process is null && time.GetElapsedTime(waitingSince) >= wait)
            Begin();
        var events = new List<UplinkEvent>();
        var isOver = mouth.Wait(most);
        while (mouth.Next() is { } frame)
            Hear(frame, events);
        if (process is not null && (isOver || time.GetElapsedTime(heardAt) > SilentFor))
            End(isOver ? null : "the process of the uplink hangs; it is started anew", events);
        if (process is null)
            look = look with { State = UplinkState.Offline, RetryInMs = Math.Max(0, (long)(wait - time.GetElapsedTime(waitingSince)).TotalMilliseconds) };
        return events;
    }

    private void Begin()
    {
        startedAt = heardAt = time.GetTimestamp();
        try
        {
            process = Process.Start(start) ?? throw new Win32Exception("nothing was started");
            Starts++;
            process.StandardInput.BaseStream.Write(UplinkPipe.Of(settings));
            process.StandardInput.BaseStream.Flush();
            mouth.Listen(process.StandardOutput.BaseStream);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or InvalidOperationException)
        {
            End($"the process of the uplink cannot be started: {failure.Message}", []);
        }
    }

    private void Hear(byte[] frame, List<UplinkEvent> events)
    {
        heardAt = time.GetTimestamp();
        var from = new WireReader(frame);
        if (from.Byte() == UplinkPipe.Look)
        {
            look = UplinkPipe.ReadLook(ref from);
            return;
        }
        var one = UplinkPipe.ReadEvent(ref from);
        if (one.Kind == UplinkEventKind.Confirmed)
            bytesInPipe -= onTheirWay.Remove(one.Number, out var bytes) ? bytes : 0;
        if (one.Kind is UplinkEventKind.Connected or UplinkEventKind.Lost)
            Session(one.Kind == UplinkEventKind.Connected);
        events.Add(one);
    }

    private void Session(bool stands)
    {
        hasSession = stands;
        onTheirWay.Clear();
        bytesInPipe = 0;
    }

    private void End(string? why, List<UplinkEvent> events)
    {
        if (process is { } child)
        {
            if (!child.HasExited)
                child.Kill();
            child.WaitForExit();
            why ??= $"the process of the uplink ended (exit code {child.ExitCode}): what the broker sent may have been more than its library bears";
            child.Dispose();
        }
        process = null;
        if (hasSession)
            events.Add(new(UplinkEventKind.Lost));
        Session(false);
        backoff.Lasted(time.GetElapsedTime(startedAt));
        (waitingSince, wait) = (time.GetTimestamp(), backoff.Next(settings.Rest));
        look = look with { State = UplinkState.Offline, Trouble = why };
    }

    public void Leave()
    {
        if (process is not { HasExited: false } child)
            return;
        try
        {
            var word = new WireWriter();
            word.Byte(UplinkPipe.Leave);
            child.StandardInput.BaseStream.Write(UplinkPipe.Framed(word));
            child.StandardInput.BaseStream.Flush();
            child.WaitForExit(TimeSpan.FromSeconds(2));
        }
        catch (IOException)
        {
            // it has gone by itself
        }
    }

    public void Dispose()
    {
        if (process is { } child)
        {
            if (!child.HasExited)
                child.Kill();
            child.Dispose();
        }
        process = null;
        mouth.Dispose();
    }
}
