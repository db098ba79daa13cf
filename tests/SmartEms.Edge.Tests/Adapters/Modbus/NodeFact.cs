using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A test with npm's modbus-serial; skipped, with the reason, where node is missing or the package registry cannot be reached.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeModbus.WhyNot;
}

/// <summary>The pinned package with all it depends on (node/package-lock.json holds their hashes), installed once into the user's cache.</summary>
internal static class NodeModbus
{
    private static readonly TimeSpan InstallGuard = TimeSpan.FromMinutes(3);
    private static readonly string[] Unreachable = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "E404", "E502", "E503", "E504"];
    private static readonly Lazy<(string Folder, string? WhyNot)> Installed = new(Install);

    public static string? WhyNot => Installed.Value.WhyNot;

    /// <summary>Starts interop.js with these arguments; its standard input is ours to close.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("node", [Path.Combine(Installed.Value.Folder, "interop.js"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static (string Folder, string? WhyNot) Install()
    {
        string[] files = ["package.json", "package-lock.json", "interop.js"];
        string hash = Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(file => File.ReadAllBytes(Beside(file)))]))[..16];
        string cache = Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "smartems-edge");
        string kept = Path.Combine(cache, $"node-modbus-{hash}");
        if (Directory.Exists(kept))
            return File.Exists("/usr/bin/node") ? (kept, null) : (kept, "no node here: there is no /usr/bin/node (apt install nodejs)");
        Directory.CreateDirectory(cache);
        string made = Directory.CreateDirectory($"{kept}.{Environment.ProcessId}").FullName;
        try
        {
            foreach (string file in files)
                File.Copy(Beside(file), Path.Combine(made, file));
            if (Npm(made) is { } whyNot)
                return ("", whyNot);
            if (!Directory.Exists(kept))
                Directory.Move(made, kept);
            return (kept, null);
        }
        finally
        {
            if (Directory.Exists(made))
                Directory.Delete(made, recursive: true);
        }
    }

    /// <summary>Null when all is there; a reason to skip when the registry is out of reach. Anything else, above all a hash that differs, is an error.</summary>
    private static string? Npm(string folder)
    {
        Process? npm = null;
        try
        {
            npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--omit=optional", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix", folder])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            })!;
        }
        catch (Win32Exception)
        {
            return "no npm here: apt install nodejs npm";
        }

        using (npm)
        {
            Task<string> output = npm.StandardOutput.ReadToEndAsync(), errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(InstallGuard))
            {
                npm.Kill(entireProcessTree: true);
                return $"npm's registry did not answer within {InstallGuard.TotalMinutes:0} minutes";
            }

            string said = $"{output.Result}{errors.Result}".Trim();
            if (npm.ExitCode == 0)
                return null;
            return Array.Find(Unreachable, code => said.Contains(code, StringComparison.Ordinal)) is { } fault
                ? $"npm's registry cannot be reached ({fault}): modbus-serial is not installed"
                : throw new InvalidOperationException($"npm ci failed in {folder}: {said}");
        }
    }

    private static string Beside(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "node", file);
}
