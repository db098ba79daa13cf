using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A test with a network of its own; skipped, with the reason, where the kernel or its rights do not allow one.</summary>
internal sealed class LossyFactAttribute : FactAttribute
{
    public LossyFactAttribute() => Skip = LossyNetwork.WhyNot.Value;
}

/// <summary>A network namespace of the kernel with a mosquitto in it, whose one port loses a share of all packets, each way; its other port loses none.</summary>
internal sealed class LossyNetwork : IAsyncDisposable
{
    private const string Prepare = "ip link set lo up && nft -f \"$1\" && echo ready && exec cat";

    private readonly string folder = Directory.CreateTempSubdirectory("lossy").FullName;
    private readonly Process holder;
    private readonly Process broker;

    public static Lazy<string?> WhyNot { get; } = new(() =>
    {
        if (Environment.UserName != "root")
            return "needs root to make a network namespace";
        try
        {
            new LossyNetwork(1).End();
            return null;
        }
        catch (InvalidOperationException failure)
        {
            return failure.Message;
        }
    });

    /// <param name="percent">So many packets of a hundred are dropped, by chance.</param>
    public LossyNetwork(int percent)
    {
        var rules = Path.Combine(folder, "rules");
        File.WriteAllText(rules, string.Create(CultureInfo.InvariantCulture, $$"""
            table inet lossy {
              chain out {
                type filter hook output priority 0
                tcp dport {{Lossy.Port}} numgen random mod 100 < {{percent}} counter drop
                tcp sport {{Lossy.Port}} numgen random mod 100 < {{percent}} counter drop
              }
            }

            """));
        holder = Process.Start(new ProcessStartInfo("unshare", ["-n", "sh", "-c", Prepare, "sh", rules]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        if (holder.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException($"no network with losses can be made here (iproute2, nftables): {holder.StandardError.ReadToEnd().Trim()}");
        var settings = Path.Combine(folder, "mosquitto.conf");
        File.WriteAllText(settings, string.Create(CultureInfo.InvariantCulture, $"listener {Lossy.Port} 127.0.0.1\nlistener {Clean.Port} 127.0.0.1\nallow_anonymous true\nlog_type error\nuser {Environment.UserName}\n"));
        broker = Process.Start(Inside(new("mosquitto", ["-c", settings]) { RedirectStandardError = true }))!;
    }

    public static BrokerAddress Lossy { get; } = new("127.0.0.1", 1884, false);
    public static BrokerAddress Clean { get; } = new("127.0.0.1", 1883, false);

    /// <summary>The same program in this network.</summary>
    public ProcessStartInfo Inside(ProcessStartInfo program) =>
        new("nsenter", ["-t", holder.Id.ToString(CultureInfo.InvariantCulture), "-n", program.FileName, .. program.ArgumentList]) { RedirectStandardError = program.RedirectStandardError };

    /// <summary>Packets that were dropped so far.</summary>
    public async Task<long> DroppedAsync()
    {
        var inside = Inside(new("nft", ["list", "ruleset"]));
        var (_, output) = await Tool.RunAsync("nftables", inside.FileName, [.. inside.ArgumentList]);
        return output.Split('\n').Where(line => line.Contains("counter packets", StringComparison.Ordinal)).Sum(line => long.Parse(line.Split("packets ")[1].Split(' ')[0], CultureInfo.InvariantCulture));
    }

    public void End()
    {
        foreach (var process in (Process[])[broker, holder])
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }
}
