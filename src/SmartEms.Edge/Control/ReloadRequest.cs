using System.Collections.Immutable;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Running;

namespace SmartEms.Edge.Control;

/// <summary>What came of a reload: taken, or refused with a code, what is wrong and the remedy.</summary>
internal sealed record ReloadAnswer(string Code, string Message, string Remedy = "")
{
    public const string Ok = "ok";
    public const string Invalid = "configuration_invalid";
    public const string Stopping = "stopping";

    public bool IsRefused => Code != Ok;

    /// <summary>Of the text that rules now, in lower-case hex.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>For how long no step of control was made; 0 where nothing had changed.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Everything that is wrong with the file; warnings alone do not keep it from being taken.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];
}

/// <summary>POST /v1/reload.</summary>
internal sealed record ReloadView(string Message, string Sha256, double PausedMs, ProblemView[] Problems);

/// <summary>One problem of a file, with its place.</summary>
internal sealed record ProblemView(string File, int Line, int Column, string Severity, string Code, string What, string? Remedy)
{
    public static ProblemView[] Of(ImmutableArray<Problem> problems) => [.. problems.Select(problem => new ProblemView(
        problem.Place.File, problem.Place.Line, problem.Place.Column, problem.Severity == Core.Configuring.Severity.Error ? "error" : "warning", problem.Code, problem.What, problem.Remedy))];

    /// <summary>As the printer of problems takes it.</summary>
    public Problem ToProblem() => new(new(File, Line, Column), Severity == "error" ? Core.Configuring.Severity.Error : Core.Configuring.Severity.Warning, Code, What, Remedy);
}

/// <summary>Takes a changed site file into use; for those who may order.</summary>
internal static class ReloadRequest
{
    public static async Task<Reply> AnswerAsync(Desk desk, Asked asked, CancellationToken stop)
    {
        if (desk.Reload is not { } reload)
            return Reply.Error(501, "no_reload", "this daemon reads no site file again", "end it, and start it with the other file");
        var asker = new Asker(asked.Caller.Said(desk.ReadFile), "reload");
        if (!asked.Caller.MayOrder(desk.OwnUid, desk.ReadFile))
        {
            desk.Orders?.Refused("reload of the site file", asker);
            return Reply.Error(403, "not_allowed", $"{asker.Name} may look but not change the site", $"join the group {Caller.Operators} (sudo usermod -aG {Caller.Operators} $USER, then log in again), or use sudo");
        }
        var answer = await reload(asker, asked.Query("sha256"), stop);
        if (!answer.IsRefused)
            return Reply.Ok(new(answer.Message, answer.Sha256, Math.Round(answer.Milliseconds), ProblemView.Of(answer.Problems)), ViewsJson.Wire.ReloadView);
        var status = answer.Code switch
        {
            ReloadAnswer.Invalid => 422,
            ReloadAnswer.Stopping => 503,
            _ => 409,
        };
        return Reply.Error(status, new(answer.Code, answer.Message, answer.Remedy) { Problems = answer.Problems.IsEmpty ? null : ProblemView.Of(answer.Problems) });
    }
}
