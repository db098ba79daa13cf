using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SmartEms.Edge.Bench;

/// <summary>Debian's collectd with its modbus plugin (on libmodbus) reading every value once a second; what it read is dropped at once, so that reading alone is measured.</summary>
internal sealed class CollectdPoller : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("smartems-collectd-").FullName;
    private readonly Process _process;

    public CollectdPoller(PolledDevices devices)
    {
        var config = Path.Combine(_folder, "collectd.conf");
        File.WriteAllText(config, Config(devices));
        try
        {
            _process = Process.Start(new ProcessStartInfo("collectd", ["-f", "-C", config]) { RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new BenchException("collectd did not start");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("collectd is missing; run ./dev bench, or apt-get install collectd-core");
        }

        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int ProcessId => _process.HasExited ? throw new BenchException("collectd has ended") : _process.Id;

    private string Config(PolledDevices devices)
    {
        var text = new StringBuilder($"""
            BaseDir "{_folder}"
            PIDFile "{_folder}/collectd.pid"
            PluginDir "/usr/lib/collectd"
            TypesDB "/usr/share/collectd/types.db"
            Interval 1
            ReadThreads 5
            PostCacheChain "Drop"
            <Chain "Drop">
              Target "stop"
            </Chain>
            LoadPlugin modbus
            <Plugin modbus>

            """);
        for (var p = 0; p < devices.Points; p++)
            text.Append(CultureInfo.InvariantCulture, $"  <Data \"p{p}\">\n    RegisterBase {p * 2}\n    RegisterType float\n    RegisterCmd ReadHolding\n    Type gauge\n    Instance \"p{p}\"\n  </Data>\n");
        var collect = string.Concat(Enumerable.Range(0, devices.Points).Select(p => $"      Collect \"p{p}\"\n"));
        for (var d = 0; d < devices.Count; d++)
            text.Append(CultureInfo.InvariantCulture, $"  <Host \"d{d}\">\n    Address \"127.0.0.1\"\n    Port \"{devices.PortOf(d)}\"\n    Interval 1\n    <Slave 1>\n      Instance \"d{d}\"\n{collect}    </Slave>\n  </Host>\n");
        return text.Append("</Plugin>\n").ToString();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
