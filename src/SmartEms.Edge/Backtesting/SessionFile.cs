using System.Collections.Immutable;
using SmartEms.Edge.Core.Backtesting;

namespace SmartEms.Edge.Backtesting;

/// <summary>Charging sessions from a file: columns user, plug_in_local, plug_out_local, energy_wh. One charger, so that of two cars at once the later has to do without.</summary>
internal static class SessionFile
{
    private const double VoltsTimesMinimum = 230 * 6;

    /// <param name="path">The file.</param>
    /// <param name="steps">Of the trace.</param>
    /// <param name="user">Only this one's; null = all.</param>
    /// <param name="powerMax">Of the charger, W.</param>
    /// <returns>The sessions that lie within the trace, moved by whole weeks where the file tells of other years, and how many had no place.</returns>
    public static (ImmutableArray<EvSession> Sessions, int LeftOut) Read(string path, LocalSteps steps, string? user, double powerMax)
    {
        var stays = new List<(DateTime In, DateTime Out, double Energy)>();
        foreach (var row in Table.Read(path, "sessions_invalid", "user", "plug_in_local", "plug_out_local", "energy_wh"))
        {
            if (user is not null && row.Cells[0] != user)
                continue;
            var (plugIn, plugOut, energy) = (Table.Moment(path, row, 1), Table.Moment(path, row, 2), Table.Number(path, row, 3, "energy_wh"));
            if (plugOut <= plugIn || energy < 0)
                throw new Refusal(Exit.ConfigurationInvalid, "sessions_invalid", $"{path}: line {row.Line}: a session ends after it begins, and its energy is 0 Wh or more", "correct or take out the line");
            stays.Add((plugIn, plugOut, energy));
        }
        if (stays.Count == 0)
            throw new Refusal(Exit.ConfigurationInvalid, "sessions_empty", $"{path} has no session{(user is null ? "" : $" of {user}")}", "name a user of the column user, or none");
        stays.Sort();
        var shift = Shift(stays, steps);
        var (sessions, leftOut, free) = (ImmutableArray.CreateBuilder<EvSession>(), 0, 0);
        var powerMin = Math.Min(powerMax, powerMax > 3 * VoltsTimesMinimum ? 3 * VoltsTimesMinimum : VoltsTimesMinimum);
        foreach (var stay in stays)
        {
            var (arrives, leaves) = (At(steps, stay.In + shift), At(steps, stay.Out + shift));
            if (arrives < free || leaves > steps.Count || arrives >= leaves)
            {
                leftOut++;
                continue;
            }
            sessions.Add(new(arrives, leaves, stay.Energy, powerMin, powerMax));
            free = leaves;
        }
        return (sessions.DrainToImmutable(), leftOut);
    }

    private static TimeSpan Shift(List<(DateTime In, DateTime Out, double Energy)> stays, LocalSteps steps)
    {
        if (stays[0].In < steps[^1] && stays[^1].Out > steps[0])
            return TimeSpan.Zero;
        var weeks = Math.Ceiling((steps[0].Date - stays[0].In.Date).TotalDays / 7);
        return TimeSpan.FromDays(7 * weeks);
    }

    /// <summary>The first step that begins then or later; before the trace: -1.</summary>
    private static int At(LocalSteps steps, DateTime moment)
    {
        if (moment < steps[0])
            return -1;
        var at = steps.FirstOf((int)(moment.Date - steps[0].Date).TotalDays);
        while (at < steps.Count && steps[at] < moment)
            at++;
        return at;
    }
}
