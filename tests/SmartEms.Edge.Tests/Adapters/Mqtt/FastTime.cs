namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>Monotonic time that runs so many times too fast; the wall clock stays.</summary>
internal sealed class FastTime(int times) : TimeProvider
{
    private readonly long began = System.GetTimestamp();

    public override long GetTimestamp() => began + ((System.GetTimestamp() - began) * times);
}
