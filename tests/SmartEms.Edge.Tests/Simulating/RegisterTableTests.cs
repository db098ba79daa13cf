using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Simulating;
using SmartEms.Edge.Tests.Maps;
using Xunit;

namespace SmartEms.Edge.Tests.Simulating;

/// <summary>A simulated device answers as its profile says the real one does.</summary>
public class RegisterTableTests
{
    private const RegisterSpace Holding = RegisterSpace.HoldingRegister;

    public static TheoryData<string> Profiles => new(Hardware.ProfileNames());

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Whatever_is_set_by_name_is_polled_back(string name)
    {
        var profile = Hardware.Profile(name);
        var table = new RegisterTable(profile);
        foreach (var point in profile.Points)
            if (IsSetByName(profile, point))
                Assert.True(table.Set(point.Name, ValueFor(profile, point)), point.Name);
        var polled = ProfileMapTests.Poll(Find(profile, table), new OverTable(table));
        for (var i = 0; i < profile.Points.Length; i++)
        {
            var point = profile.Points[i];
            if (IsSetByName(profile, point) && point.Access != PointAccess.Write)
                Assert.Equal((point.Name, ValueFor(profile, point)), (point.Name, polled.Get(i, 0).Value));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_new_device_knows_nothing(string name)
    {
        var profile = Hardware.Profile(name);
        var polled = ProfileMapTests.Poll(Find(profile, new(profile)), new OverTable(new(profile)));
        for (var i = 0; i < profile.Points.Length; i++)
            if (profile.Points[i] is { IsDerived: false, Sentinels.IsEmpty: false, NoValueIs: null } and { Type: not RegisterType.SunSsf, Access: not PointAccess.Write })
                Assert.Equal((profile.Points[i].Name, BadReason.NotAvailable), (profile.Points[i].Name, polled.Get(i, 0).Quality.Reason));
    }

    [Fact]
    public void The_chain_lies_where_it_is_told_to()
    {
        var profile = Hardware.Profile("sunspec-hybrid");
        var chain = Walk(profile, new(profile, 7, 50_000), 7);
        Assert.Equal(50_000, chain.Base);
        Assert.Equal(["1+66", "103+50", "120+26", "121+30", "122+44", "123+24", "124+24", "160+88"], chain.Models.Select<SunSpecModel, string>(model => $"{model.Id}+{model.Length}"));
    }

    [Fact]
    public void A_later_scale_factor_rescales_what_it_governs()
    {
        var table = new RegisterTable(Hardware.Profile("sunspec-hybrid"));
        Assert.True(table.Set("ac_frequency", 49.98));
        Assert.Equal(50, table.Get("ac_frequency").Value); // at 10^0
        Assert.True(table.Set("hz_sf", -2));
        Assert.Equal(49.98, table.Get("ac_frequency").Value);
        Assert.True(table.Set("ac_frequency", 50.02));
        Assert.Equal(50.02, table.Get("ac_frequency").Value);
        table.Unset("ac_frequency");
        Assert.Equal(BadReason.NotAvailable, table.Get("ac_frequency").Quality.Reason);
        table.SetRaw("hz_sf", [99]);
        table.Set("ac_frequency", 50);
        Assert.Equal(BadReason.NotAvailable, table.Get("ac_frequency").Quality.Reason);
    }

    [Fact]
    public void Reads_outside_the_map_are_exception_2()
    {
        var meter = new RegisterTable(Hardware.Profile("eastron-sdm630"));
        Span<ushort> two = stackalloc ushort[2];
        Assert.Equal(0, meter.Read(1, RegisterSpace.InputRegister, 0, two));
        Assert.Equal(2, meter.Read(1, RegisterSpace.InputRegister, 44, two));
        Assert.Equal(2, meter.Read(1, Holding, 0, two));
        Assert.Equal(2, meter.Read(2, RegisterSpace.InputRegister, 0, two));
        var charger = new RegisterTable(Hardware.Profile("keba-p30"));
        Assert.Equal(2, charger.Read(255, Holding, 5004, two[..1])); // may only be written
    }

    [Theory]
    [InlineData(5004, 10_000, true, 0)]
    [InlineData(5004, 10_000, false, 2)] // function 16 on a function 06 register
    [InlineData(5004, 5_999, true, 3)] // below 6 A
    [InlineData(5005, 1, true, 2)]
    [InlineData(1000, 1, true, 2)] // read-only
    public void Writes_are_taken_as_the_profile_allows(ushort address, ushort word, bool single, byte code)
    {
        var table = new RegisterTable(Hardware.Profile("keba-p30"));
        var written = new List<PointWritten>();
        table.Written = written.Add;
        Assert.Equal(code, table.Write(255, Holding, address, [word], single));
        Assert.Equal(code == 0 ? 1 : 0, written.Count);
        if (code == 0)
            Assert.Equal(("set_current", 10d), (written[0].Name, written[0].Value));
    }

    [Fact]
    public void A_write_over_several_points_is_all_or_nothing()
    {
        var table = new RegisterTable(Hardware.Profile("sunspec-hybrid"));
        table.Set("in_out_w_rte_sf", -2);
        var written = new List<PointWritten>();
        table.Written = written.Add;
        var at = table.Device.Places[table.Device.Profile.IndexOf("out_w_rte")].Span.Address;
        Assert.Equal(0, table.Write(1, Holding, at, [0x09C4, 0xF63C], false));
        Assert.Equal([25, -25], written.Select(write => write.Value));
        Assert.Equal(2, table.Write(1, Holding, at, [0, 0, 0], false)); // the third is read-only
        Assert.Equal(3, table.Write(1, Holding, at, [0, 20_000], false)); // 200 %
        Assert.Equal(25, table.Get("out_w_rte").Value);
    }

    /// <summary>A few bits of a register have no value of their own to set (RegisterFactTests lays whole registers under them), and a register with
    /// a second name to write a code by holds what was set last (ProfileWriteTests shows both).</summary>
    private static bool IsSetByName(DeviceProfile profile, PointDefinition point) =>
        !point.IsDerived && point.Type != RegisterType.Text && point.Mask == 0
        && !profile.Points.Any(other => other.Name != point.Name && !other.IsDerived && other.Models.IsEmpty && point.Models.IsEmpty
            && (other.Space, other.Address, other.UnitId) == (point.Space, point.Address, point.UnitId));

    private static double ValueFor(DeviceProfile profile, PointDefinition point)
    {
        foreach (var other in profile.Points)
            if (other.OnlyWhen is { } condition && condition.Point == point.Name)
                return condition.Value;
        if (point.Type == RegisterType.SunSsf)
            return -1;
        if (point.Map.Count > 0)
            return point.Map.ContainsValue(3) ? 3 : point.Map.Values.Max();
        var raw = Math.Abs(point.Scale) > 1 ? 7 * point.Scale : 7; // a value the registers can hold without rounding
        return point.Min > raw ? Math.Ceiling(point.Min) : Math.Min(raw, point.Max);
    }

    private static Located Find(DeviceProfile profile, RegisterTable table) => profile.Layout == ProfileLayout.Fixed
        ? Located.Fixed(profile, profile.Link.DefaultUnit)
        : Located.InChain(profile, profile.Link.DefaultUnit, Walk(profile, table, profile.Link.DefaultUnit).Models);

    private static SunSpecChain Walk(DeviceProfile profile, RegisterTable table, byte unit) =>
        SunSpecWalk.FindAsync(new OverTable(table), unit, profile.SunSpecBases, default).AsTask().Result;

    /// <summary>The table as a bus without wires.</summary>
    private sealed class OverTable(RegisterTable table) : IRegisterBus
    {
        public ValueTask<BusReply> ReadAsync(RegisterSpan span, Memory<ushort> into, CancellationToken stop) =>
            new(Reply(table.Read(span.Unit, span.Space, span.Address, into.Span)));

        public ValueTask<BusReply> WriteAsync(RegisterSpan span, ReadOnlyMemory<ushort> values, WriteFunction function, CancellationToken stop) =>
            new(Reply(table.Write(span.Unit, span.Space, span.Address, values.Span, function == WriteFunction.Single)));

        public ValueTask DisposeAsync() => default;

        private static BusReply Reply(byte code) => code == 0 ? BusReply.Ok : new(BusStatus.Exception, code);
    }
}
