using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>Runs another program to its end; a missing one fails the test and names the Debian package that has it.</summary>
internal static class Tool
{
    public static Process Start(string package, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail($"'{program}' is missing: install the Debian package {package}");
            throw;
        }
    }

    public static async Task<(int Exit, string Output)> RunAsync(string package, string program, params string[] arguments)
    {
        using Process process = Start(package, program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            // A cold compiler on a busy machine takes its time.
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
