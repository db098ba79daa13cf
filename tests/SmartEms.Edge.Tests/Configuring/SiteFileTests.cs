using System.Runtime.CompilerServices;
using SmartEms.Edge.Adapters.Yaml;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Configuring;

/// <summary>What a site file becomes, and what it is answered with when it is wrong.</summary>
public class SiteFileTests
{
    public static TheoryData<string> Scenarios => Golden.Files("Golden", "site-*.txt");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_broken_site_is_answered_with_every_problem(string name) =>
        Golden.Check("Golden", name, given => ProblemPrinter.Print(Read(given).Problems, _ => given));

    [Fact]
    public void The_demo_site_is_without_problems()
    {
        var read = Read(DemoText());
        Assert.Equal("", string.Join("\n", read.Problems));
        var site = read.Value!;
        Assert.Equal(("demo-house", "Demo house"), (site.Id, site.Name));
        Assert.Equal((0, 15_000d, 5_000d, 25d, 3), (site.Pcc.Meter, site.Pcc.ImportMax.Watts, site.Pcc.ExportMax.Watts, site.Pcc.PhaseCurrentMax.Amperes, site.Pcc.Phases));
        Assert.Equal(("EUR", 0.32, 0.08), (site.Tariff.Currency, site.Tariff.Import.PerKilowattHour, site.Tariff.Export.PerKilowattHour));
        Assert.Equal(
            ["tcp://127.0.0.1:5021#1", "tcp://127.0.0.1:5022#1", "tcp://127.0.0.1:5023#100", "tcp://127.0.0.1:5024#255"],
            site.Devices.Select(device => device.Link.ToString()));
        Assert.Equal(225, site.Devices[2].Link.Units["battery"]);
        var battery = Assert.Single(site.Batteries);
        Assert.Equal(("battery1", 1, 2, 10_000d, 5_000d), (battery.Name, battery.Device, battery.Bms, battery.Capacity.WattHours, battery.ChargeMax.Watts));
        Assert.Equal(new PvPlant("roof", 1, battery.ChargeMax * 1.6, true), Assert.Single(site.PvPlants));
        var charger = Assert.Single(site.EvChargers);
        Assert.Equal((3, 6d, 16d, 3, EvMode.SurplusOnly), (charger.Device, charger.CurrentMin.Amperes, charger.CurrentMax.Amperes, charger.Phases, charger.DefaultMode));
        Assert.Equal(new Core.Describing.RunSettings(), site.Running);
    }

    [Fact]
    public void The_demo_site_stands_on_the_profiles_that_ship()
    {
        var shipped = new Dictionary<string, DeviceProfile>();
        foreach (var path in Directory.GetFiles(Path.Combine(Hardware(), "profiles"), "*.yaml"))
        {
            var profile = ProfileFile.Read(YamlReader.Read(File.ReadAllText(path), path).Value!, Path.GetFileNameWithoutExtension(path));
            Assert.Equal("", string.Join("\n", profile.Problems.Where(problem => problem.Severity == Severity.Error)));
            shipped.Add(profile.Value!.Name, profile.Value);
        }
        var read = SiteFile.Read(YamlReader.Read(DemoText(), "site.yaml").Value!, shipped.GetValueOrDefault, shipped.Keys);
        Assert.Equal("", string.Join("\n", read.Problems));
        Assert.Equal(4, read.Value!.Devices.Length);
    }

    [Fact]
    public void The_defaults_written_in_the_demo_site_are_the_defaults()
    {
        var written = Read(DemoText()).Value!;
        var bare = Read(DemoText(line => !line.Contains("optional", StringComparison.Ordinal) || line.Contains("name:") || line.Contains("bms:") || line.Contains("curtailable:") || line.Contains("mode:"))).Value!;
        Assert.Equal(written.Pcc, bare.Pcc);
        Assert.Equal(written.Batteries.ToArray(), bare.Batteries.ToArray());
        Assert.Equal(written.EvChargers.ToArray(), bare.EvChargers.ToArray());
    }

    [Fact]
    public void Port_unit_and_further_units_come_from_the_profile_when_the_site_is_silent()
    {
        var text = DemoText().Replace(":5023\"", "\"").Replace("    unit: 100\n", "").Replace("    units: {battery: 225}", "    units: {}");
        var link = Read(text).Value!.Devices[2].Link;
        Assert.Equal("tcp://127.0.0.1:502#100", link.ToString());
        Assert.Equal(225, link.Units["battery"]);
    }

    [Theory]
    [InlineData("tcp://inverter.lan", "inverter.lan", 502)]
    [InlineData("tcp://[fe80::1]:1502", "[fe80::1]", 1502)]
    [InlineData("tcp://10.0.0.7:65535/", "10.0.0.7", 65535)]
    public void A_device_is_reached_by_name_or_address(string connect, string host, int port)
    {
        var link = Read(DemoText().Replace("tcp://127.0.0.1:5021", connect)).Value!.Devices[0].Link;
        Assert.Equal((host, port), (link.Host, link.Port));
    }

    [Fact]
    public void A_site_without_tariff_and_run_section_is_unpriced_and_acts()
    {
        var site = Read(DemoText(SectionsBut("tariff:", "run:"))).Value!;
        Assert.Equal(Tariff.Unpriced, site.Tariff);
        Assert.Equal(PolicyMode.Act, site.Running.PolicyMode);
    }

    /// <summary>Carbon is priced per tonne in the file and per kilogram in the plan; silent sites plan as before.</summary>
    [Fact]
    public void What_plans_mind_is_read_and_has_its_defaults()
    {
        Assert.Equal((PlanWeights.Usual, null, null, true), (Bare().Weights, Bare().OutlookFile, Bare().Tariff.Demand, Bare().Tariff.IsFlat));
        Assert.False(Bare().IsPlanned);
        var read = Read(DemoText().Replace("\ndevices:", """

              demand: {price_per_kw: 90, period: year, least_w: 2500}
            planning:
              carbon_price_per_t: 80
              wear_factor: 1.5
              reliability_per_kwh: 20
              outlook: {file: /var/lib/smartems/outlook.csv}
            devices:
            """, StringComparison.Ordinal));
        Assert.Equal("", string.Join("\n", read.Problems));
        var site = read.Value!;
        Assert.Equal(new DemandCharge(90, BillingPeriod.Year, Core.Quantities.Power.FromWatts(2_500)), site.Tariff.Demand);
        Assert.Equal((new PlanWeights(0.08, 1.5, 20), "/var/lib/smartems/outlook.csv", true), (site.Weights, site.OutlookFile, site.IsPlanned));

        static Site Bare() => Read(DemoText()).Value!;
    }

    internal static Checked<Site> Read(string text)
    {
        var yaml = YamlReader.Read(text, "site.yaml");
        return yaml.Value is null ? new(null, yaml.Problems) : SiteFile.Read(yaml.Value, StandInProfiles.Find, StandInProfiles.Names);
    }

    internal static string DemoText(Func<string, bool>? keep = null)
    {
        var lines = File.ReadAllText(Path.Combine(Hardware(), "demo", "site.yaml")).ReplaceLineEndings("\n").Split('\n');
        return string.Join("\n", keep is null ? lines : lines.Where(keep));
    }

    private static string Hardware([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "hw");

    private static Func<string, bool> SectionsBut(params string[] dropped)
    {
        var isIn = false;
        return line =>
        {
            if (line.Length > 0 && char.IsAsciiLetter(line[0]))
                isIn = dropped.Contains(line.Trim());
            return !isIn;
        };
    }
}
