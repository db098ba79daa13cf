using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;
using Xunit.Abstractions;

namespace SmartEms.Edge.Tests.EndToEnd;

/// <summary>The bundle on a system that has the C library and nothing else: no OpenSSL, no SQLite.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class BareSystemTests(ITestOutputHelper story)
{
    private const string Build = """
        set -e
        root=$1 bundle=$2
        mkdir -p "$root/opt" "$root/tmp" "$root/proc"
        cp -r "$bundle" "$root/opt/smartems"
        dpkg -L libc6 | grep -E '\.so(\.[0-9]+)?$' | while read -r file; do [ ! -f "$file" ] || cp --parents -L "$file" "$root"; done
        """;

    private const string Run = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" /opt/smartems/smartems \"$@\"";

    [RootFact]
    public async Task It_runs_with_the_libraries_of_its_own_and_says_what_is_missing_without()
    {
        using Scratch scratch = new();
        var root = scratch.Of("root");
        var built = await Tool.RunAsync("libc6", "sh", "-c", Build, "sh", root, Bundle.Directory);
        Assert.True(built.Exit == 0, built.Output);
        var ran = await InAsync(root, "simulate", "--days", "1", "-o", "json");
        Assert.True(ran.Exit == 0, ran.Output);
        Assert.Contains("decision_hash", ran.Output, StringComparison.Ordinal);
        var verified = await InAsync(root, "ledger", "verify", "--store", "/tmp/none.db"); // needs SQLite to say that there is none
        Assert.Contains("does not exist", verified.Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(root, "opt/smartems/lib/libssl.so.3"));
        var without = await InAsync(root, "simulate", "--days", "1");
        Assert.NotEqual(0, without.Exit);
        Assert.Contains("libssl", without.Output, StringComparison.Ordinal);
        story.WriteLine($"with nothing but the C library it runs; without OpenSSL: {without.Output.Trim()}");
    }

    private static Task<(int Exit, string Output)> InAsync(string root, params string[] verb) => Tool.RunAsync("util-linux", "unshare", ["-m", "sh", "-c", Run, root, .. verb]);

    /// <summary>Only root may build a system to live in.</summary>
    private sealed class RootFactAttribute : FactAttribute
    {
        public RootFactAttribute() => Skip = Environment.UserName == "root" ? null : "needs root to build a bare system";
    }
}
