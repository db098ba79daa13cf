namespace SmartEms.Edge.Core.Sensing;

/// <summary>One decoded point in its profile's unit, before it becomes a typed reading. Unknown is not zero: a Bad sample's value says nothing.</summary>
public readonly record struct Sample(double Value, Quality Quality)
{
    /// <summary>How many maximum ages a value stays known at all: Good up to one, Uncertain up to three, then Bad(Expired).</summary>
    private const int KnownAges = 3;

    public bool IsGood => Quality.Trust == Trust.Good;

    /// <summary>Good or merely old.</summary>
    public bool IsKnown => Quality.Trust != Trust.Bad;

    public static Sample Good(double value) => new(value, Quality.Good());

    public static Sample Bad(BadReason reason) => new(0, Quality.Bad(reason));

    /// <summary>The same sample <paramref name="ageMs"/> after its wire read; a sample that is already worse stays worse.</summary>
    public Sample Aged(long ageMs, int maxAgeMs)
    {
        if (!IsKnown)
            return this;
        var age = (int)Math.Clamp(ageMs, 0, int.MaxValue);
        if (age > (long)maxAgeMs * KnownAges)
            return Bad(BadReason.Expired);
        return IsGood && age <= maxAgeMs ? new(Value, Quality.Good(age)) : new(Value, Quality.Uncertain(age));
    }
}
