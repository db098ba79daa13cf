using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Adapters;
using SmartEms.Edge.Tests.Syncing;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>A test with npm's mqtt and ajv; skipped, with the reason, where node is missing or the package registry cannot be reached.</summary>
internal sealed class NodeReaderFactAttribute : FactAttribute
{
    public NodeReaderFactAttribute() => Skip = NodeReaderTests.Package.WhyNot;
}

/// <summary>A client that is not ours reads every topic and finds each message to be as its published schema says.</summary>
public class NodeReaderTests(ITestOutputHelper story)
{
    internal static NodePackage Package { get; } = new("mqtt", Path.Combine(Path.GetDirectoryName(Here())!, "node"), "reader.js");

    private static readonly TimeSpan Guard = TimeSpan.FromMinutes(2);

    private static string Here([CallerFilePath] string here = "") => here;

    private static bool Is(JsonElement line, string name, string value) => line.TryGetProperty(name, out var field) && field.GetString() == value;

    [NodeReaderFact]
    public async Task It_reads_every_topic_and_every_message_is_as_published()
    {
        await using var broker = await Adapters.Mqtt.Mosquitto.StartAsync();
        var site = Given.Site();
        using var reader = Package.Start(broker.Port.ToString(CultureInfo.InvariantCulture), SchemaTests.Folder, "acme", site.Id, "box-1");
        var errors = reader.StandardError.ReadToEndAsync();
        var lines = new List<JsonElement>();
        async Task UntilAsync(Func<bool> wanted, string what)
        {
            using var patience = new CancellationTokenSource(Guard);
            while (!wanted())
                lines.Add(await reader.StandardOutput.ReadLineAsync(patience.Token) is { } line
                    ? JsonDocument.Parse(line).RootElement
                    : throw new InvalidOperationException($"{what} did not come: {await errors}"));
        }
        bool Has(string schema) => lines.Exists(line => Is(line, "schema", schema));
        await UntilAsync(() => lines.Exists(line => line.TryGetProperty("ready", out _)), "the reader");
        await using (var box = new LiveBox(broker.Plain, differing: new() { Latest = new Snapshot(Instant.From(TimeProvider.System.GetUtcNow()), Given.Image(site, 1_200), null, null, null, []) }))
        {
            foreach (var (kind, body) in SchemaTests.Entries())
                box.Store.Append(kind, Instant.From(TimeProvider.System.GetUtcNow()), body);
            foreach (var kind in (LedgerKind[])[LedgerKind.Alert, LedgerKind.Cycle]) // a decision that no summary comes with
                box.Store.Append(kind, Instant.From(TimeProvider.System.GetUtcNow()), SchemaTests.Entries().Last(entry => entry.Kind == kind).Body);
            string[] first = ["state", "summary", "decision", "event", "alert", "telemetry"];
            await UntilAsync(() => first.All(Has), string.Join(", ", first));
            foreach (var word in (string[])["pull", "command", "ack"])
                await reader.StandardInput.WriteLineAsync(word);
            await reader.StandardInput.FlushAsync();
            string[] second = ["answer", "result", "ack", "pull"];
            await UntilAsync(() => second.All(Has), string.Join(", ", second));
        }
        reader.StandardInput.Close();
        while (await reader.StandardOutput.ReadLineAsync() is { } line)
            lines.Add(JsonDocument.Parse(line).RootElement);
        var said = lines.Where(line => line.TryGetProperty("schema", out _)).ToArray();
        story.WriteLine(string.Join(", ", said.GroupBy(line => line.GetProperty("schema").GetString()).Select(group => $"{group.Key} {group.Count()}")));
        Assert.All(said, line => Assert.True(line.GetProperty("errors").ValueKind == JsonValueKind.Null, line.ToString()));
        Assert.All(said.Where(line => Is(line, "schema", "answer")), line => Assert.True(Is(line, "correlation", "0707"), line.ToString()));
        Assert.All(said.Where(line => Is(line, "schema", "result")), line => Assert.True(Is(line, "correlation", "0808"), line.ToString()));
        Assert.Contains(said, line => line.GetProperty("pressed").GetBoolean());
        Assert.Equal(Directory.GetFiles(SchemaTests.Folder).Select(file => Path.GetFileNameWithoutExtension(file)).Order(), said.Select(line => line.GetProperty("schema").GetString()!).Distinct().Order());
    }
}
