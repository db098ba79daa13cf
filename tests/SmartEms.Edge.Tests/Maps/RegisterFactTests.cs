using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>Devices built from the vendors' register tables, never from our profiles, say random things; each profile must give the same numbers back.</summary>
public class RegisterFactTests
{
    private const int Rounds = 40;

    public static TheoryData<string> Tables => [.. RegisterFact.Tables()];

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_device_built_from_its_table_is_read_right(string name)
    {
        var profile = Hardware.Profile(name);
        var facts = RegisterFact.Table(name);
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var chance = new Random(seed);
            var device = new Capture();
            var said = facts.Select(fact => (Fact: fact, Held: fact.Said(chance))).ToArray();
            foreach (var (fact, held) in said)
                device.Put(profile.Link.DefaultUnit, fact.Space, fact.Address, fact.Words(held));
            var table = ProfileMapTests.Poll(Located.Fixed(AtFixedAddresses(profile), profile.Link.DefaultUnit), device);
            foreach (var (fact, held) in said.Where(one => one.Fact.IsReadable))
                Same(table, fact, fact.Ours(held), $"{name}, seed {seed}, {fact.Name} at {fact.Address}");
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void What_may_be_written_is_what_the_profile_writes(string name)
    {
        var profile = Hardware.Profile(name);
        var facts = RegisterFact.Table(name);
        foreach (var point in profile.Points.Where(point => point.Access != PointAccess.Read))
            Assert.Contains(facts, fact => fact.IsWritable && fact.Address == point.Address && fact.Space == point.Space && fact.Width == point.Width);
    }

    // What lies in SunSpec models is held by the walk's own tests; here only the vendor's own registers count.
    private static DeviceProfile AtFixedAddresses(DeviceProfile profile) =>
        profile with { Layout = ProfileLayout.Fixed, Points = [.. profile.Points.Where(point => point.Models.IsEmpty)] };

    [Fact]
    public void Chargers_and_meters_have_tables_of_their_own()
    {
        var kinds = RegisterFact.Tables().Select(name => Hardware.Profile(name)).ToArray();
        Assert.True(kinds.Count(profile => profile.Points.Any(point => point.Measure == Measure.EvCharge)) >= 8);
        Assert.True(kinds.Count(profile => profile.Controls.IsEmpty && profile.Points.Any(point => point.Measure == Measure.GridFrequency || point.Measure == Measure.GridExportedEnergy) && profile.Points.All(point => point.Measure != Measure.BatterySoc)) >= 8);
    }

    private static void Same(DeviceTable table, RegisterFact fact, double expected, string where)
    {
        var points = table.Device.Profile.Points;
        var at = -1;
        for (var i = 0; i < points.Length; i++)
            if (points[i].Address == fact.Address && points[i].Space == fact.Space && !points[i].IsDerived && points[i].Mask == 0 && points[i].Access != PointAccess.Write)
                at = i;
        Assert.True(at >= 0, $"{where}: the profile has no such point");
        var seen = table.Get(at, 0);
        Assert.True(seen.IsKnown, $"{where}: {seen.Quality}, expected {expected}");
        Assert.True(Math.Abs(seen.Value - expected) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"{where}: read {seen.Value}, the device said {expected}");
    }
}
