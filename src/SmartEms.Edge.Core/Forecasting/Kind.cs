namespace SmartEms.Edge.Core.Forecasting;

/// <summary>The two series of a past.</summary>
internal enum Kind
{
    Load,
    Pv,
}
