using System.Diagnostics;
using Npgsql;

namespace SmartEms.Edge.Bench;

/// <summary>A PostgreSQL of the bench's own, on a socket in a folder of its own, with its usual durability.</summary>
internal sealed class BenchPostgres : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bench-pg").FullName;

    public BenchPostgres()
    {
        AsOwner($"{Programs}/initdb -D {folder}/data -U postgres -A trust >/dev/null");
        AsOwner($"{Programs}/pg_ctl -D {folder}/data -w -l {folder}/log -o \"-c listen_addresses= -c unix_socket_directories={folder}\" start >/dev/null 2>&1");
    }

    public string Connection => $"Host={folder};Username=postgres;Database=postgres;Maximum Pool Size=8";

    /// <summary>Of the process that all its others come from.</summary>
    public int Id => int.Parse(File.ReadLines($"{folder}/data/postmaster.pid").First(), System.Globalization.CultureInfo.InvariantCulture);

    private static string Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderBy(one => one.Length).ThenBy(one => one, StringComparer.Ordinal).Last() + "/bin"
        : throw new BenchException("PostgreSQL is missing: apt install postgresql");

    public async Task<long> CountAsync(string sql)
    {
        await using var link = new NpgsqlConnection(Connection);
        await link.OpenAsync().ConfigureAwait(false);
        await using var ask = new NpgsqlCommand(sql, link);
        return Convert.ToInt64(await ask.ExecuteScalarAsync().ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    private void AsOwner(string command)
    {
        var owned = Environment.UserName == "root" ? $"chown postgres {folder} && runuser -u postgres -- sh -c '{command}'" : command;
        using var shell = Process.Start("/bin/sh", ["-c", owned]);
        shell.WaitForExit();
        if (shell.ExitCode != 0)
            throw new BenchException($"PostgreSQL: {command} ended with {shell.ExitCode}");
    }

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        AsOwner($"{Programs}/pg_ctl -D {folder}/data -m immediate -w stop >/dev/null 2>&1");
        Directory.Delete(folder, recursive: true);
    }
}
