using System.Globalization;
using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>A child that records through the daemon's own recorder, step after step, until a fault came and went. It says each number once that entry is
/// durable, and how it fared at the end.</summary>
internal static class RecordingChild
{
    private const int StepsAfter = 40;
    private const int MostSteps = 6_000;
    private static readonly TimeSpan StepEvery = TimeSpan.FromMilliseconds(5);

    /// <param name="path">The store.</param>
    /// <param name="fails">The fault to wait for is an error, after which the store is opened anew; else a disk that is slow.</param>
    public static async Task Live(string path, bool fails)
    {
        IStore Open() => StoreRecovery.Open(path, new(TimeProvider.System, words => Console.Error.WriteLine($"said: {words}")));
        IStore? first = null;
        try
        {
            first = Open();
        }
        catch (IOException)
        {
            // As the daemon: control does not wait for the store.
        }

        var recorder = new Recorder(first, TimeProvider.System, Open);
        var steps = new RecordingSteps(recorder, number => FaultWriter.Say(number.ToString(CultureInfo.InvariantCulture)));
        using var beat = new PeriodicTimer(StepEvery);
        for (var left = MostSteps; left > 0 && await beat.WaitForNextTickAsync(); left--)
        {
            steps.Step();
            if ((fails ? recorder.State.Recycled > 0 : steps.Failures > 0) && recorder.Failure is null && left > StepsAfter)
                left = StepsAfter;
        }

        await recorder.DisposeAsync();
        FaultWriter.Say(string.Create(CultureInfo.InvariantCulture, $"end {steps.Steps} {steps.LongestMs:0.0} {steps.ToldMs:0.0} {recorder.State.Recycled} {recorder.State.DroppedEntries + recorder.State.DroppedSamples} {steps.Words}"));
    }
}

/// <summary>What Follow does to the recorder in each step, and how long the recorder kept it.</summary>
internal sealed class RecordingSteps(Recorder recorder, Action<long> acknowledged)
{
    private long toldTicks;

    /// <summary>Steps so far; step n records entry n.</summary>
    public long Steps { get; private set; }

    /// <summary>The longest a step had to wait for the recorder, ms.</summary>
    public double LongestMs { get; private set; }

    /// <summary>The longest from handing an entry over to being told that it is not durable yet, ms: the failure is known by then.</summary>
    public double ToldMs => TimeSpan.FromTicks(Volatile.Read(ref toldTicks)).TotalMilliseconds;

    /// <summary>Steps that saw the store fail, and the words of the first.</summary>
    public int Failures { get; private set; }
    public string Words { get; private set; } = "";

    public void Step()
    {
        var start = TimeProvider.System.GetTimestamp();
        var number = ++Steps;
        recorder.Telemetry(FaultWriter.Batch(number), point => ($"device/{point}", "W"));
        var stored = recorder.AppendAsync(LedgerKind.Cycle, FaultWriter.At(number), FaultWriter.Body(number));
        var failure = recorder.Failure;
        LongestMs = Math.Max(LongestMs, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        stored.ContinueWith(task => Heard(task.Result, number, TimeProvider.System.GetElapsedTime(start)), TaskContinuationOptions.ExecuteSynchronously);
        if (failure is null)
            return;
        if (Failures++ == 0)
            Words = failure;
    }

    private void Heard(bool isDurable, long number, TimeSpan after)
    {
        if (isDurable)
            acknowledged(number);
        else if (after.Ticks > Volatile.Read(ref toldTicks))
            Volatile.Write(ref toldTicks, after.Ticks);
    }
}
