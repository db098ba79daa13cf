using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Deciding;
using SmartEms.Edge.Core.Diagnosing;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Core.Sensing.Contacts;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

/// <summary>What a record holds is exactly what was thought; damage is told as damage and as nothing else.</summary>
public sealed class WireTests
{
    [Fact]
    public void A_thousand_random_records_come_back_byte_for_byte()
    {
        for (var seed = 0UL; seed < 1_000; seed++)
        {
            var bytes = seed % 2 == 0 ? new RandomRecords(new(seed)).Record().ToBytes() : new RandomRecords(new(seed)).RecordOfMore().ToBytes();
            Assert.True(bytes.AsSpan().SequenceEqual(CycleRecord.FromBytes(bytes).ToBytes()), $"seed {seed}");
        }
    }

    [Fact]
    public void An_image_comes_back_value_for_value()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var image = new RandomRecords(new(seed)).Image();
            var to = new WireWriter();
            ImageWire.Write(to, image);
            var from = new WireReader(to.Written);
            var back = ImageWire.Read(ref from, !image.Box.IsWell ? ImageParts.Box : !image.Orders.IsEmpty ? ImageParts.Orders : image.Contacts.IsEmpty ? ImageParts.None : ImageParts.Contacts);
            Assert.True(from.IsAtEnd);
            Assert.Equal((image.TakenAt, image.Grid), (back.TakenAt, back.Grid));
            Assert.Equal(image.Batteries, back.Batteries.AsEnumerable());
            Assert.Equal(image.PvPlants, back.PvPlants.AsEnumerable());
            Assert.Equal(image.EvChargers, back.EvChargers.AsEnumerable());
            Assert.Equal(image.Devices, back.Devices.AsEnumerable());
            Assert.Equal(image.Contacts, back.Contacts.AsEnumerable());
            Assert.Equal(image.Orders.Stop, back.Orders.Stop);
            Assert.Equal(image.Orders.Overrides, back.Orders.Overrides.AsEnumerable());
            Assert.Equal(image.Orders.Constraints, back.Orders.Constraints.AsEnumerable());
        }
    }

    [Fact]
    public void What_is_known_beyond_the_devices_comes_back_value_for_value()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var outside = new RandomRecords(new(seed)).Outside();
            var to = new WireWriter();
            OutsideWire.Write(to, outside);
            var from = new WireReader(to.Written);
            var back = OutsideWire.Read(ref from);
            Assert.True(from.IsAtEnd);
            Assert.Equal((outside.Clock, outside.Measured, outside.Imported), (back.Clock, back.Measured, back.Imported));
            Assert.Equal(outside.Spot, back.Spot.AsEnumerable());
            Assert.Equal((outside.Foretold?.IssuedAt, outside.Foretold?.From), (back.Foretold?.IssuedAt, back.Foretold?.From));
            for (var column = 0; column < Foretold.ColumnCount; column++)
                Assert.Equal(outside.Foretold?.Column(column) ?? [], (back.Foretold?.Column(column) ?? []).AsEnumerable());
        }
    }

    /// <summary>Any brain comes back byte for byte; one of a site that pays for neither peaks nor carbon stands in the form before, which still reads.</summary>
    [Fact]
    public void What_was_learnt_comes_back_byte_for_byte()
    {
        var forms = new HashSet<byte>();
        for (var seed = 0UL; seed < 300; seed++)
        {
            var brain = new RandomRecords(new(seed)).Brain();
            var bytes = BrainWire.ToBytes(brain);
            var back = BrainWire.FromBytes(bytes);
            Assert.True(bytes.AsSpan().SequenceEqual(BrainWire.ToBytes(back)), $"seed {seed}");
            Assert.Equal((brain.Peak, brain.Carbon), (back.Peak, back.Carbon));
            Assert.Equal(brain.Contest?.Batteries ?? [], (back.Contest?.Batteries ?? []).AsEnumerable());
            Assert.Throws<InvalidDataException>(() => BrainWire.FromBytes(bytes.AsSpan(..^1)));
            Assert.Throws<InvalidDataException>(() => BrainWire.FromBytes([.. bytes, 0]));
            forms.Add(bytes[0]);
        }
        Assert.Equal((byte[])[2, 3], forms.Order());
    }

    [Fact]
    public void A_memory_comes_back_value_for_value()
    {
        for (var seed = 0UL; seed < 300; seed++)
        {
            var memory = new RandomRecords(new(seed)).Memory();
            var to = new WireWriter();
            MemoryWire.Write(to, memory);
            var from = new WireReader(to.Written);
            var back = MemoryWire.Read(ref from);
            Assert.True(from.IsAtEnd);
            Assert.Equal(memory.LastDecision is null, back.LastDecision is null);
            Assert.Equal(memory.LastDecision?.Reasons ?? [], (back.LastDecision?.Reasons ?? []).AsEnumerable());
            Assert.Equal(memory.Follow.LastDischarge, back.Follow.LastDischarge.AsEnumerable());
            Assert.Equal(memory.Follow.Chargers, back.Follow.Chargers.AsEnumerable());
            Assert.Equal(memory.Follow.PvLimits, back.Follow.PvLimits.AsEnumerable());
            Assert.Equal((memory.Follow.ImportOverSeconds, memory.Follow.ExportOverSeconds), (back.Follow.ImportOverSeconds, back.Follow.ExportOverSeconds));
            Assert.Equal(memory.Alerts.Open, back.Alerts.Open.AsEnumerable());
        }
    }

    [Fact]
    public void Every_truncation_is_told_as_damage()
    {
        foreach (var bytes in (byte[][])[new RandomRecords(new(7)).Record().ToBytes(), new RandomRecords(new(7)).RecordOfMore().ToBytes()])
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<InvalidDataException>(() => CycleRecord.FromBytes(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void A_byte_too_many_is_told_as_damage() =>
        Assert.Throws<InvalidDataException>(() => CycleRecord.FromBytes([.. new RandomRecords(new(7)).Record().ToBytes(), 0]));

    /// <summary>Whatever happens to the bytes: either damage is told, or what comes out is sound enough to be shown and written again.</summary>
    [Fact]
    public void Ten_thousand_mutations_give_damage_or_a_sound_record()
    {
        var refused = 0;
        for (var seed = 0UL; seed < 10_000; seed++)
        {
            var dice = new Dice(seed);
            var bytes = new RandomRecords(new(seed % 50)).Record().ToBytes();
            for (var i = dice.Below(4); i >= 0; i--)
                bytes[dice.Below(bytes.Length)] = (byte)dice.Pick(0, 1, 0x7F, 0x80, 0xFF, dice.Below(256));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Show(CycleRecord.FromBytes(bytes));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20, $"seed {seed} allocates");
        }
        Assert.InRange(refused, 100, 9_900);
    }

    private static void Show(CycleRecord record)
    {
        _ = record.Slot.ToString() + record.Slot.Next.End + record.Decision.Slot + record.Image.TakenAt;
        foreach (var finding in record.Findings)
            _ = Catalogue.Entry(finding.Code).What;
        foreach (var alert in record.Before.Alerts.Open)
            _ = Catalogue.Entry(alert.Code).What + alert.Since + alert.LastSeen;
        foreach (var limit in record.Before.Follow.PvLimits)
            Assert.False(double.IsNaN(limit) || limit < 0, "a remembered PV limit must be a number");
        foreach (var charger in record.Before.Follow.Chargers)
            Assert.True(charger.RestSeconds + charger.EnoughSeconds + charger.ShortSeconds is >= 0 and < double.PositiveInfinity, "a remembered duration must be a number");
        foreach (var battery in record.Decision.Batteries)
            Assert.True(Enum.IsDefined(battery.Mode), "an undefined mode must not be followed");
        foreach (var charger in record.Decision.EvChargers)
            Assert.True(Enum.IsDefined(charger.Mode), "an undefined mode must not be followed");
        foreach (var battery in record.Image.Batteries)
            Assert.True(Enum.IsDefined(battery.Soc.Quality.Trust), "a trust beyond Good must not be believed");
        _ = record.ToBytes();
    }

    [Fact]
    public void Random_bytes_never_hang_or_surprise()
    {
        for (var seed = 0UL; seed < 5_000; seed++)
        {
            var dice = new Dice(seed);
            var bytes = new byte[dice.Below(400) + 1];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)dice.Below(256);
            bytes[0] = CycleRecord.FormVersion;
            Assert.Throws<InvalidDataException>(() => CycleRecord.FromBytes(bytes));
        }
    }

    [Fact]
    public void A_record_of_form_1_is_read_without_the_hashes_it_lacks()
    {
        var any = new RandomRecords(new(5)).Record();
        var record = any with { Image = any.Image with { Contacts = [], Orders = Orders.None, Box = default } };
        var head = new WireWriter();
        head.Byte(2);
        head.Whole(record.Slot.Index);
        head.Text(record.SiteHash);
        head.Text(record.PolicyName);
        head.Byte((byte)record.PolicyMode);
        head.Text(record.Program);
        byte[] bytes = record.ToBytes();
        byte[] old = [1, .. bytes[1..head.Written.Length], .. bytes[(head.Written.Length + 3)..]]; // three empty texts are three zero bytes
        Assert.Equal(bytes, CycleRecord.FromBytes(old).ToBytes());
    }

    [Fact]
    public void A_record_without_contacts_keeps_the_form_that_older_programs_read()
    {
        var record = new RandomRecords(new(5)).Record();
        var without = record with { Image = record.Image with { Contacts = [], Orders = Orders.None, Box = default } };
        var with = record with { Image = record.Image with { Contacts = [new() { Asserted = Reading.Good(true) }], Orders = Orders.None, Box = default } };
        var ordered = without with { Image = without.Image with { Orders = new() { Stop = new(default, "cli") } } };
        var doubted = without with { Image = without.Image with { Box = new(ClockTrust.NoRtc, StartMode.Safe) } };
        Assert.Equal((2, 3, 4, 5), (without.ToBytes()[0], with.ToBytes()[0], ordered.ToBytes()[0], doubted.ToBytes()[0]));
        Assert.Equal(doubted.Image.Box, CycleRecord.FromBytes(doubted.ToBytes()).Image.Box);
        Assert.Equal("cli", CycleRecord.FromBytes(ordered.ToBytes()).Image.Orders.Stop?.By);
        Assert.Empty(CycleRecord.FromBytes(without.ToBytes()).Image.Contacts);
        Assert.True(CycleRecord.FromBytes(with.ToBytes()).Image.Contacts[0].Asserted.Value);
    }

    [Fact]
    public void An_unknown_form_is_refused_with_the_way_out()
    {
        var bytes = new RandomRecords(new(1)).Record().ToBytes();
        bytes[0] = 99;
        Assert.Contains("form 99", Assert.Throws<InvalidDataException>(() => CycleRecord.FromBytes(bytes)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(63)]
    [InlineData(-64)]
    [InlineData(64)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Whole_numbers_come_back(long value)
    {
        var to = new WireWriter();
        to.Whole(value);
        var from = new WireReader(to.Written);
        Assert.Equal(value, from.Whole());
        Assert.True(from.IsAtEnd);
    }

    [Fact]
    public void A_number_beyond_64_bits_is_damage()
    {
        byte[] elevenBits = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        Assert.Throws<InvalidDataException>(() => new WireReader(elevenBits).Count());
    }

    [Fact]
    public void The_fingerprint_sees_every_field_of_a_decision()
    {
        var decision = new RandomRecords(new(3)).Decision();
        var print = CycleRecord.Fingerprint(decision, []);
        Assert.Equal(print, CycleRecord.Fingerprint(decision with { }, []));
        Assert.NotEqual(print, CycleRecord.Fingerprint(decision with { LedBy = "x" }, []));
        Assert.NotEqual(print, CycleRecord.Fingerprint(decision with { Slot = decision.Slot.Next }, []));
        Assert.NotEqual(print, CycleRecord.Fingerprint(decision, [new(FindingCode.PolicyFailed)]));
        Assert.NotEqual(print, CycleRecord.Fingerprint(decision with { EvChargers = decision.EvChargers.Add(new(EvMode.Off, default)) }, []));
    }

    [Fact]
    public void A_writer_can_be_used_again()
    {
        var to = new WireWriter();
        to.Text("first");
        to.Clear();
        to.Byte(5);
        Assert.Equal([5], to.ToArray());
    }

    [Fact]
    public void A_thought_is_thought_again_to_the_same_bytes()
    {
        for (var seed = 0UL; seed < 500; seed++)
        {
            var dice = new Dice(seed);
            var site = Given.Site(batteries: 2);
            var image = Given.Image(site, dice.Between(-9000, 9000));
            image = image with { Batteries = image.Batteries.With(0, _ => Given.Cells(dice.Between(-4000, 4000), dice.Share())) };
            var (slot, memory) = (Core.Quantities.Slot.Of(image.TakenAt), Memory.Fresh(site));
            var first = Core.Cycle.Think(slot, image, site, memory, Core.Proposing.SelfConsumption.Rule);
            var record = CycleRecord.FromBytes(new CycleRecord(slot, image, memory, first.Decision, first.Findings) { SiteHash = "", PolicyName = "", PolicyMode = PolicyMode.Act, Program = "" }.ToBytes());
            var second = Core.Cycle.Think(record.Slot, record.Image, site, record.Before, Core.Proposing.SelfConsumption.Rule);
            Assert.Equal(CycleRecord.Fingerprint(first.Decision, first.Findings), CycleRecord.Fingerprint(second.Decision, second.Findings));
        }
    }

    [Fact]
    public void Pulse_counts_come_back_and_damage_is_said()
    {
        System.Collections.Immutable.ImmutableArray<PulseMark> marks = [new("heatpump", 0), new("pv", long.MaxValue)];
        var bytes = PulseWire.ToBytes(marks);
        Assert.Equal(marks.AsEnumerable(), PulseWire.FromBytes(bytes));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => PulseWire.FromBytes(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => PulseWire.FromBytes([.. bytes, 0]));
    }
}
