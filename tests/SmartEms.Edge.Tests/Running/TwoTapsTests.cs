using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using Xunit;
using Scratch = SmartEms.Edge.Tests.EndToEnd.Scratch;

namespace SmartEms.Edge.Tests.Running;

/// <summary>Each site file numbers its points in its own way: a sample goes to the point of its name.</summary>
public sealed class TwoTapsTests
{
    [Fact]
    public async Task Samples_of_two_site_files_go_to_their_own_points()
    {
        using Scratch scratch = new();
        var file = scratch.Of("store.db");
        await using (Recorder recorder = new(SqliteStore.Open(file), TimeProvider.System))
        {
            recorder.Telemetry([new(new(1_000), 0, 1, Trust.Good, default), new(new(1_000), 1, 2, Trust.Good, default)], number => (number == 0 ? "meter1/power" : "inv1/power", "W"));
            recorder.Telemetry([new(new(2_000), 0, 3, Trust.Good, default)], _ => ("inv1/power", "W"));
            recorder.Telemetry([new(new(3_000), 0, 4, Trust.Good, default)], _ => ("meter1/power", "W"));
        }
        using var reader = SqliteStore.OpenReadOnly(file);
        var names = reader.Points().ToDictionary(point => point.Name, point => point.Number);
        double[] Of(string name) => [.. reader.Read(names[name], TelemetryTier.Raw, new(0), new(9_000)).Select(row => row.Last)];
        Assert.Equal([1, 4], Of("meter1/power"));
        Assert.Equal([2, 3], Of("inv1/power"));
    }
}
