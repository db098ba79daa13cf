using System.Globalization;
using Npgsql;
using SmartEms.Edge.Tests.Adapters.Modbus;
using Xunit;

namespace SmartEms.Edge.Tests.Cloud;

/// <summary>A real PostgreSQL of this test's own, on a socket in a folder of its own.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pg").FullName;

    public string Connection => $"Host={folder};Username=postgres;Database=postgres;Maximum Pool Size=8";

    private static string Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderBy(one => one.Length).ThenBy(one => one, StringComparer.Ordinal).Last() + "/bin"
        : throw new InvalidOperationException("PostgreSQL is missing: install the Debian package postgresql");

    public static async Task<Postgres> StartAsync()
    {
        var made = new Postgres();
        await made.AsOwnerAsync($"{Programs}/initdb -D {made.folder}/data -U postgres -A trust --no-sync >/dev/null");
        await made.StartAgainAsync();
        return made;
    }

    public Task StartAgainAsync() =>
        AsOwnerAsync($"{Programs}/pg_ctl -D {folder}/data -w -l {folder}/log -o \"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off\" start >/dev/null 2>&1");

    public Task StopAsync() => AsOwnerAsync($"{Programs}/pg_ctl -D {folder}/data -m immediate -w stop >/dev/null 2>&1 || true");

    public async Task<long> CountAsync(string sql)
    {
        await using var link = new NpgsqlConnection(Connection);
        await link.OpenAsync();
        await using var ask = new NpgsqlCommand(sql, link);
        return Convert.ToInt64(await ask.ExecuteScalarAsync() is { } found and not DBNull ? found : 0L, CultureInfo.InvariantCulture);
    }

    /// <summary>PostgreSQL does not run as root.</summary>
    private async Task AsOwnerAsync(string command)
    {
        var owned = Environment.UserName == "root" ? $"chown postgres {folder} && runuser -u postgres -- bash -c '{command.Replace("'", "'\\''", StringComparison.Ordinal)}'" : command;
        var (exit, output) = await Tool.RunAsync("postgresql", "bash", "-c", owned);
        Assert.True(exit == 0, $"{command}: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        NpgsqlConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
