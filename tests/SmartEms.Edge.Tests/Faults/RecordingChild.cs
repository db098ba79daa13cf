namespace SmartEms.Edge.Tests.Faults;

/// <summary>Later.</summary>
internal static class RecordingChild
{
    public static Task Live(string path) => Task.CompletedTask;
}
