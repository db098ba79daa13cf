using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace SmartEms.Edge.Tests.Adapters;

/// <summary>Pinned packages of npm with all they depend on (package-lock.json holds their hashes) and a script that uses them, installed once into the user's cache.</summary>
/// <param name="source">The folder with package.json, package-lock.json and the script.</param>
internal sealed class NodePackage(string name, string source, string script)
{
    private static readonly TimeSpan InstallGuard = TimeSpan.FromMinutes(3);
    private static readonly string[] Unreachable = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "ERR_SOCKET_TIMEOUT", "E404", "E502", "E503", "E504"];

    private readonly object gate = new();
    private (string Folder, string? WhyNot)? installed;

    /// <summary>Null = all is there.</summary>
    public string? WhyNot => Installed.WhyNot;

    private (string Folder, string? WhyNot) Installed
    {
        get
        {
            lock (gate)
                return installed ??= Install();
        }
    }

    /// <summary>Starts the script with these arguments; its standard input is ours to close.</summary>
    public Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("node", [Path.Combine(Installed.Folder, script), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private (string Folder, string? WhyNot) Install()
    {
        string[] files = ["package.json", "package-lock.json", script];
        string hash = Convert.ToHexStringLower(SHA256.HashData([.. files.SelectMany(file => File.ReadAllBytes(Path.Combine(source, file)))]))[..16];
        string cache = Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "smartems-edge");
        string kept = Path.Combine(cache, $"node-{name}-{hash}");
        if (Directory.Exists(kept))
            return File.Exists("/usr/bin/node") ? (kept, null) : (kept, "no node here: there is no /usr/bin/node (apt install nodejs)");
        Directory.CreateDirectory(cache);
        string made = Directory.CreateDirectory($"{kept}.{Environment.ProcessId}").FullName;
        try
        {
            foreach (string file in files)
                File.Copy(Path.Combine(source, file), Path.Combine(made, file));
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
    private string? Npm(string folder)
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
                ? $"npm's registry cannot be reached ({fault}): the packages of {name} are not installed"
                : throw new InvalidOperationException($"npm ci failed in {folder}: {said}");
        }
    }
}
