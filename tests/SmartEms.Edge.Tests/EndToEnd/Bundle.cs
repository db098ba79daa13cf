using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The tests of the shipped binary run alone and one after the other: they measure time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndCollection : ICollectionFixture<EndToEndCollection>
{
    public const string Name = "end to end";

    /// <summary>Listening to a child's output takes a thread of the pool each; simulated devices and tapped wires must not wait for the pool to grow.</summary>
    public EndToEndCollection() => ThreadPool.SetMinThreads(32, 32);
}

/// <summary>What a verb left when it ended.</summary>
internal sealed record Ended(int Exit, string Out, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public override string ToString() => $"exit {Exit}\n{Out}\n{Errors}";
}

/// <summary>The published bundle, and the same program as the test build has it for the just-in-time compiler.</summary>
internal static class Bundle
{
    /// <summary>Longer than anything takes on a busy machine.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    public static string Directory => Environment.GetEnvironmentVariable("SMARTEMS_BUNDLE") is { Length: > 0 } bundle && File.Exists(Path.Combine(bundle, "smartems"))
        ? Path.GetFullPath(bundle)
        : throw new InvalidOperationException("SMARTEMS_BUNDLE names no bundle: run ./dev test (it publishes the bundle first)");

    public static string Binary => Path.Combine(Directory, "smartems");

    /// <summary>Runs the native binary to its end.</summary>
    public static Task<Ended> RunAsync(params string[] arguments) => RunAsync(Prepare(Binary, arguments), Guard);

    /// <summary>The same program under the just-in-time compiler.</summary>
    public static Task<Ended> RunJitAsync(params string[] arguments) => RunAsync(PrepareJit(arguments), Guard * 4);

    public static ProcessStartInfo PrepareJit(params string[] arguments) => Prepare("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "smartems.dll"), .. arguments]);

    public static ProcessStartInfo Prepare(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var inherited in (string[])["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM", "COLUMNS", "NO_COLOR"])
            start.Environment.Remove(inherited);
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }

    public static async Task<Ended> RunAsync(ProcessStartInfo start, TimeSpan guard)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(guard);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', start.ArgumentList)} did not end within {guard}: {await errors}");
        }
        return new(process.ExitCode, await output, await errors);
    }

    /// <summary>Looks again and again until what is wanted has come; fails with <paramref name="otherwise"/> when it does not.</summary>
    public static async Task UntilAsync(Func<Task<bool>> come, Func<string> otherwise, TimeSpan? within = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await come())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < (within ?? Guard), otherwise());
            await Task.Delay(50);
        }
    }

    public static Task UntilAsync(Func<bool> come, Func<string> otherwise, TimeSpan? within = null) => UntilAsync(() => Task.FromResult(come()), otherwise, within);
}

/// <summary>A directory that goes with the test; its name is short because socket paths must be.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("se-");

    public string Of(string name) => Path.Combine(directory.FullName, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Of(name))!);
        File.WriteAllText(Of(name), text);
        return Of(name);
    }

    public IEnumerable<string> Names => directory.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(file => file.Name);

    public void Dispose() => directory.Delete(recursive: true);
}
