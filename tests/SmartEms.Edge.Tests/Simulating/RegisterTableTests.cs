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

    /// <summary>Every point: a text as a text, a sum as the sum of what its terms say, a register with several names under each of them in turn.</summary>
    [Theory]
    [MemberData(nameof(Profiles))]
    public void Whatever_is_set_by_name_is_polled_back(string name)
    {
        var profile = Hardware.Profile(name);
        var table = new RegisterTable(profile);
        foreach (var point in profile.Points)
            SetByName(table, point);
        var polled = ProfileMapTests.Poll(Find(profile, table), new OverTable(table));
        for (var i = 0; i < profile.Points.Length; i++)
        {
            if (SharesRegisters(profile, i))
            {
                SetByName(table, profile.Points[i]);
                polled = ProfileMapTests.Poll(Find(profile, table), new OverTable(table));
            }
            Same(profile, i, polled, table);
        }
    }

    [Fact]
    public void A_register_of_bits_holds_each_of_its_points()
    {
        var table = new RegisterTable(Hardware.Profile("sungrow-sh"));
        Assert.True(table.Set("charging", 1));
        Assert.True(table.Set("discharging", 1));
        Assert.Equal((1, 1), (table.Get("charging").Value, table.Get("discharging").Value));
        Assert.False(table.Set("charging", 2), "two does not fit into one bit");
        table.Unset("discharging");
        Assert.Equal((1, 0), (table.Get("charging").Value, table.Get("discharging").Value));
    }

    [Theory]
    [InlineData(7, 0, "set_current", 7)]
    [InlineData(0, 0, "pause", 0)]
    [InlineData(3, 3, "", 0)]
    public void A_second_name_to_write_by_takes_nothing_away_from_the_first(ushort word, byte code, string written, double shown)
    {
        var table = new RegisterTable(Hardware.Profile("vestel-evc04"));
        var heard = new List<PointWritten>();
        table.Written = heard.Add;
        Assert.Equal(code, table.Write(255, Holding, 5004, [word], single: true));
        Assert.Equal(written, string.Concat(heard.Select(write => write.Name)));
        Assert.Equal(shown, table.Get("set_point").Value);
        Span<ushort> one = stackalloc ushort[1];
        Assert.Equal(0, table.Read(255, Holding, 5004, one));
        Assert.Equal(shown, one[0]);
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

    private static void SetByName(RegisterTable table, PointDefinition point)
    {
        if (point.Type == RegisterType.Text)
            table.SetText(point.Name, "Ab1");
        else if (!point.IsDerived)
            Assert.True(table.Set(point.Name, ValueFor(table.Device.Profile, point)), point.Name);
    }

    private static void Same(DeviceProfile profile, int index, DeviceTable polled, RegisterTable table)
    {
        var point = profile.Points[index];
        if (point.Type == RegisterType.Text)
            Assert.Equal((point.Name, "Ab1"[..Math.Min(3, point.Width * 2)]), (point.Name, polled.Text(index)));
        else if (point.IsDerived)
            Assert.Equal((point.Name, point.Terms.Sum(term => term.Factor * polled.Get(profile.IndexOf(term.Point), 0).Value)), (point.Name, polled.Get(index, 0).Value));
        else
            Assert.Equal((point.Name, ValueFor(profile, point)), (point.Name, point.Access == PointAccess.Write ? table.Get(point.Name).Value : polled.Get(index, 0).Value));
    }

    private static bool SharesRegisters(DeviceProfile profile, int index)
    {
        var point = profile.Points[index];
        for (var i = 0; i < profile.Points.Length; i++)
            if (i != index && profile.Points[i] is { IsDerived: false } other && !point.IsDerived && other.Models.IsEmpty && point.Models.IsEmpty
                && (other.Space, other.UnitId) == (point.Space, point.UnitId) && other.Address < point.Address + point.Width && point.Address < other.Address + other.Width)
                return true;
        return false;
    }

    private static double ValueFor(DeviceProfile profile, PointDefinition point)
    {
        foreach (var other in profile.Points)
            if (other.OnlyWhen is { } condition && condition.Point == point.Name)
                return condition.Value;
        if (point.Type == RegisterType.SunSsf)
            return -1;
        if (point.Mask != 0 && point.Map.Count == 0)
            return 1;
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
