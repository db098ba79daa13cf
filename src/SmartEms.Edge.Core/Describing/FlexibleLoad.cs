using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Describing;

/// <summary>What the house wants of a load that may wait. The numbers stand in records.</summary>
public enum LoadMode : byte
{
    Off = 0,

    /// <summary>Only on what would otherwise be exported or curtailed.</summary>
    SurplusOnly = 1,

    /// <summary>On, unless a limit needs its power.</summary>
    On = 2,
}

/// <summary>A load that may wait, such as a boiler, a pump or a heat pump's permission, switched by one of the site's relays: energised = it may run.</summary>
/// <param name="Name">As the site file names it.</param>
/// <param name="Relay">Its relay, in the site's list.</param>
/// <param name="Rated">The most it draws.</param>
public sealed record FlexibleLoad(string Name, int Relay, Power Rated)
{
    public LoadMode DefaultMode { get; init; } = LoadMode.On;

    /// <summary>Which is shed first when power is short: the lowest. Equal ones go in the site's order, the last first.</summary>
    public int Priority { get; init; }

    /// <summary>Once on it stays on so long, for a compressor's sake; limits, stops and people do not wait for that.</summary>
    public TimeSpan OnMin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Once off it stays off so long, whatever switched it off.</summary>
    public TimeSpan OffMin { get; init; } = TimeSpan.FromMinutes(5);
}
