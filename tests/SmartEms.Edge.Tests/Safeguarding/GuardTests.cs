using System.Collections.Immutable;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Safeguarding;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Safeguarding;

/// <summary>Touched limits are told, values at the edge are not, and every finding has words.</summary>
public sealed class GuardTests
{
    [Fact]
    public void A_well_site_has_nothing_to_tell() => Assert.Empty(Look(image => image));

    [Theory]
    [InlineData(241.5, false)]
    [InlineData(241.6, true)]
    [InlineData(218.5, false)]
    [InlineData(218.4, true)]
    public void Grid_voltage(double volts, bool told) =>
        Assert.Equal(told, Look(image => image with { Grid = image.Grid with { VoltageL2 = Given.Volts(volts) } }).Contains(new(FindingCode.GridVoltageOutside, Subject.Site, 1, volts)));

    [Fact]
    public void What_is_lost_is_told_and_what_is_not_installed_is_not()
    {
        Assert.Equal([FindingCode.GridVoltageUnknown], Codes(image => image with { Grid = image.Grid with { VoltageL1 = Reading.Bad<Voltage>(BadReason.Timeout) } }));
        Assert.Equal([FindingCode.GridFrequencyUnknown], Codes(image => image with { Grid = image.Grid with { Frequency = Reading.Bad<Frequency>(BadReason.Timeout) } }));
        Assert.Empty(Codes(image => image with { Grid = image.Grid with { VoltageL1 = Given.Missing<Voltage>(), Frequency = Given.Missing<Frequency>() } }));
    }

    [Fact]
    public void Frequency_current_and_battery()
    {
        Assert.Equal([FindingCode.GridFrequencyOutside], Codes(image => image with { Grid = image.Grid with { Frequency = Reading.Good(Frequency.FromHertz(50.51)) } }));
        Assert.Equal([FindingCode.PhaseCurrentOutside], Codes(image => image with { Grid = image.Grid with { CurrentL1 = Given.Amperes(-35.1) } }));
        Assert.Empty(Codes(image => image with { Grid = image.Grid with { CurrentL1 = Given.Amperes(35) } }));
        Assert.Equal([FindingCode.SocOutside], Battery(cells => cells with { Soc = Reading.Good(Fraction.FromRatio(0.08)) }));
        Assert.Equal([FindingCode.BatteryTemperatureOutside], Battery(cells => cells with { Temperature = Given.Celsius(50.1) }));
        Assert.Equal([FindingCode.CellVoltageOutside], Battery(cells => cells with { CellVoltageMax = Given.Volts(3.56) }));
        Assert.Equal([FindingCode.CellVoltageOutside], Battery(cells => cells with { CellVoltageMin = Given.Volts(2.89) }));
        Assert.Equal([FindingCode.BmsForbids], Battery(cells => cells with { DischargeAllowed = Reading.Good(false) }));
    }

    [Fact]
    public void Every_code_has_words_and_a_next_step()
    {
        var site = Given.Site() with
        {
            Contacts = [new("button", ContactRole.EmergencyStop, new("board", "0"))],
            Relays = [new("pump", new("board", "1"))],
            Sensors = [new("cellar", SensorKind.Lm75, "i2c-1", 0x48)],
        };
        foreach (var code in Enum.GetValues<FindingCode>())
            foreach (var subject in Enum.GetValues<Subject>())
            {
                var finding = new Finding(code, subject, 0, 12.5);
                Assert.DoesNotContain('{', Catalogue.What(finding, site) + Catalogue.NextStep(finding, site));
                Assert.NotEmpty(Catalogue.NextStep(finding, site));
            }
        Assert.Equal(Enum.GetValues<FindingCode>().Length, Catalogue.All.Count);
    }

    private static IEnumerable<FindingCode> Battery(Func<BatteryReadings, BatteryReadings> change) =>
        Codes(image => image with { Batteries = image.Batteries.With(0, change) });

    private static IEnumerable<FindingCode> Codes(Func<ProcessImage, ProcessImage> change) => Look(change).Select(finding => finding.Code);

    private static ImmutableArray<Finding> Look(Func<ProcessImage, ProcessImage> change)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        Guard.Examine(change(Given.Image(Given.Site())), Given.Site(), findings);
        return findings.DrainToImmutable();
    }
}
