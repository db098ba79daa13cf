using System.Diagnostics.CodeAnalysis;

namespace SmartEms.Edge.Core.Sensing;

/// <summary>A value together with what is known of its quality. Unknown is not zero: whoever wants the value asks how good it is.</summary>
public readonly record struct Reading<T>(T Value, Quality Quality)
    where T : struct
{
    public bool IsGood => Quality.Trust == Trust.Good;

    /// <summary>Good or merely old: enough to tighten a limit, never to relax one.</summary>
    public bool IsKnown => Quality.Trust != Trust.Bad;

    /// <summary>The value when Good; otherwise false and the default.</summary>
    public bool TryGood([MaybeNullWhen(false)] out T value)
    {
        value = IsGood ? Value : default;
        return IsGood;
    }

    /// <summary>The value when Good, otherwise the fallback the caller names aloud.</summary>
    public T GoodOr(T fallback) => IsGood ? Value : fallback;

    /// <summary>The value when known at all, otherwise the fallback the caller names aloud.</summary>
    public T KnownOr(T fallback) => IsKnown ? Value : fallback;
}

/// <summary>Short ways to make readings.</summary>
public static class Reading
{
    public static Reading<T> Good<T>(T value, int ageMs = 0)
        where T : struct => new(value, Quality.Good(ageMs));

    public static Reading<T> Bad<T>(BadReason reason)
        where T : struct => new(default, Quality.Bad(reason));
}
