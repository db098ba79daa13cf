namespace SmartEms.Edge.Core.Forecasting;

/// <summary>Where production comes from.</summary>
public enum Production : byte
{
    /// <summary>Nothing at night, and never more than the same hour of the last thirty days has shown.</summary>
    Sun,

    /// <summary>At any hour, up to the most of the last thirty days.</summary>
    Wind,
}
