using System.Diagnostics;
using System.Globalization;

namespace SmartEms.Edge.Tests.Faults;

/// <summary>One process under strace that keeps store after store on demand, so that thousands of boots cost one start; what each boot did to the disk is noted.</summary>
internal sealed class NotedWriter : IDisposable
{
    private readonly Process process = FaultChild.Begin("boots .", DiskTrace.Noting);
    private readonly DiskTrace trace = new();

    public NotedWriter() => process.OutputDataReceived += (_, _) => { }; // all is read from the notes

    private bool isHeard;

    /// <summary>Lets it open the store in a folder, make so many entries durable and close it again.</summary>
    public List<DiskOperation> Boot(string file, int entries)
    {
        if (!isHeard)
            process.BeginOutputReadLine();
        isHeard = true;
        trace.Directory = Path.GetDirectoryName(file)!;
        process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entries} {file}"));
        process.StandardInput.Flush();
        var operations = new List<DiskOperation>();
        while (process.StandardError.ReadLine() is { } line)
        {
            if (trace.Read(line) is not { } operation)
                continue;
            if (operation.Act == DiskAct.End)
                return operations;
            operations.Add(operation);
        }

        throw new InvalidOperationException("the writer ended");
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(10_000))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
