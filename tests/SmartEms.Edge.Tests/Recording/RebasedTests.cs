using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

/// <summary>Stamps of a clock that nobody had set are put right, and no others.</summary>
public sealed class RebasedTests
{
    [Fact]
    public void Two_steps_one_after_the_other_add_up_and_an_earlier_run_is_left_alone()
    {
        LedgerEntry[] entries =
        [
            Note(1, 500), // the run before
            Note(2, 1_000), Note(3, 1_100),
            Step(4, new(1_200), new(5_200), 1_000), // still doubted
            Note(5, 5_300),
            Step(6, new(5_400), new(90_400), 5_000),
            Note(7, 90_500),
        ];
        Assert.Equal([500, 90_000, 90_100, 90_200, 90_300, 90_400, 90_500], Rebased.Moments(entries).Select(moment => moment.UnixMilliseconds));
    }

    [Fact]
    public void A_step_of_a_clock_that_was_trusted_changes_no_stamp() =>
        Assert.Equal([1_000, 9_000], Rebased.Moments([Note(1, 1_000), Step(2, new(2_000), new(9_000), null)]).Select(moment => moment.UnixMilliseconds));

    [Fact]
    public void The_doubt_survives_its_bytes()
    {
        var step = new ClockStep(new(1), new(7)) { DoubtedSince = new(-3) };
        Assert.Equal(step, ClockStep.FromBytes(step.ToBytes()));
        Assert.Equal(1, new ClockStep(new(1), new(7)).ToBytes()[0]);
    }

    private static LedgerEntry Note(long number, long at) => new(number, new(at), LedgerKind.Note, []);

    private static LedgerEntry Step(long number, Instant expected, Instant found, long? since) =>
        new(number, found, LedgerKind.ClockStep, new ClockStep(expected, found) { DoubtedSince = since is { } known ? new(known) : null }.ToBytes());
}
