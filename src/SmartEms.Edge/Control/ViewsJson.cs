using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartEms.Edge.Control;

/// <summary>How the views are written: one line, snake_case, letters as they are.</summary>
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(DevicesView))]
[JsonSerializable(typeof(WhyView))]
[JsonSerializable(typeof(WritesView))]
[JsonSerializable(typeof(SavingsView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(RequestsView))]
[JsonSerializable(typeof(ReleaseView))]
[JsonSerializable(typeof(TelemetryView))]
[JsonSerializable(typeof(TelemetryPointsView))]
[JsonSerializable(typeof(TelemetryGapsView))]
[JsonSerializable(typeof(TelemetryStatsView))]
[JsonSerializable(typeof(TraceView))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(OrdersView))]
[JsonSerializable(typeof(HandWriteView))]
[JsonSerializable(typeof(LinksView))]
[JsonSerializable(typeof(ReloadView))]
[JsonSerializable(typeof(ErrorView))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class ViewsJson : JsonSerializerContext
{
    public static ViewsJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // Read by programs and terminals, never by a browser as a page: no need to escape + or °.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
