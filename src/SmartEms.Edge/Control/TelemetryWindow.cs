using System.Threading.Channels;
using SmartEms.Edge.Core;
using SmartEms.Edge.Telemetry;

namespace SmartEms.Edge.Control;

/// <summary>Lets clients look at stored telemetry without disturbing control: one question at a time, on a thread of its own, for five seconds at most.</summary>
/// <param name="open">Opens the telemetry for one question, or null where nothing is stored; the window closes it. <see cref="IOException"/> when it cannot be had.</param>
/// <param name="time">Measures the limit.</param>
internal sealed class TelemetryWindow(Func<OpenedTelemetry?> open, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Full while a question is being answered.</summary>
    private readonly Channel<bool> turn = Channel.CreateBounded<bool>(1);

    public TimeProvider Time => time;

    /// <summary>Answers from the telemetry, or says why that cannot be. Work that outlives its limit ends at its next row; nobody waits for it.</summary>
    public async Task<Reply> AskAsync(Func<ITelemetryReader, CancellationToken, Reply> answer, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        var (ended, hasTurn) = (both.Token, false);
        try
        {
            await turn.Writer.WriteAsync(true, ended);
            hasTurn = true;
            var work = Task.Factory.StartNew(() => Work(answer, ended), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
            return await work.WaitAsync(ended);
        }
        catch (OperationCanceledException) when (!hasTurn)
        {
            return Reply.Error(429, "telemetry_busy", "another question to the telemetry is still being answered", "ask again in a few seconds");
        }
        catch (OperationCanceledException)
        {
            return Reply.Error(503, "telemetry_slow", $"the answer was not found within {Limit.TotalSeconds:0} s", "ask for fewer points, a shorter span, or a larger every; smartems telemetry export takes its time");
        }
        catch (Refusal refusal)
        {
            return Reply.Error(400, refusal.Code, refusal.Message, refusal.Hint);
        }
        catch (IOException failure)
        {
            return Reply.Error(500, "store_failing", $"the telemetry cannot be read: {failure.Message}", "check the disk: df -h, dmesg");
        }
    }

    private Reply Work(Func<ITelemetryReader, CancellationToken, Reply> answer, CancellationToken ended)
    {
        try
        {
            using var opened = open();
            return opened is null ? TelemetryRequests.Nothing : answer(opened.Reader, ended);
        }
        finally
        {
            turn.Reader.TryRead(out _);
        }
    }
}
