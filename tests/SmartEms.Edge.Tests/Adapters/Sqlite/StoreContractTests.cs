using SmartEms.Edge.Adapters.Sqlite;
using SmartEms.Edge.Core;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Simulating;

namespace SmartEms.Edge.Tests.Adapters.Sqlite;

/// <summary>The store in memory keeps the contract.</summary>
public sealed class MemoryStoreTests : StoreContract
{
    private readonly MemoryStore _store = new();

    protected override IStore Store => _store;

    public override void Dispose() => _store.Dispose();

    protected override IEnumerable<TelemetrySample> Telemetry(int point, Instant from, Instant to) => _store.ReadTelemetry(point, from, to);

    protected override IReadOnlyList<TelemetryPoint> Points() => _store.Points();
}

/// <summary>The store in a file keeps the contract, as its owner and as a second reader sees it.</summary>
public sealed class SqliteStoreTests : StoreContract
{
    private readonly StoreFolder _folder = new();
    private readonly SqliteStore _store;

    public SqliteStoreTests() => _store = SqliteStore.Open(_folder.File);

    protected override IStore Store => _store;

    public override void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    protected override IEnumerable<TelemetrySample> Telemetry(int point, Instant from, Instant to)
    {
        using var reader = SqliteStore.OpenReadOnly(_folder.File);
        var seen = reader.ReadTelemetry(point, from, to).ToList();
        Xunit.Assert.Equal(seen, _store.ReadTelemetry(point, from, to));
        return seen;
    }

    protected override IReadOnlyList<TelemetryPoint> Points()
    {
        using var reader = SqliteStore.OpenReadOnly(_folder.File);
        return reader.Points();
    }
}
