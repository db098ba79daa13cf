using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Steps of equal length on the UTC axis, numbered from 1970.</summary>
internal readonly record struct Grid
{
    public Grid(int stepMinutes)
    {
        if (stepMinutes is < 5 or > 60 || 60 % stepMinutes != 0)
            throw new ArgumentOutOfRangeException(nameof(stepMinutes), stepMinutes, $"a step of {stepMinutes} minutes: it must divide the hour and be 5 to 60 minutes");
        StepMinutes = stepMinutes;
    }

    public int StepMinutes { get; }
    public int StepsPerHour => 60 / StepMinutes;
    public int StepsPerDay => 1_440 / StepMinutes;

    public long NumberOf(Instant start)
    {
        var number = Math.DivRem(start.UnixMilliseconds, StepMinutes * 60_000L, out var rest);
        return rest == 0 && number >= 0 ? number : throw new ArgumentOutOfRangeException(nameof(start), start, $"{start} is no begin of a step of {StepMinutes} minutes since 1970");
    }

    public Instant StartOf(long number) => new(number * StepMinutes * 60_000L);
}
