using SmartEms.Edge.Core.Actuating;
using SmartEms.Edge.Core.Quantities;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Recording;

/// <summary>A receipt comes back as it was written, or is told as damaged.</summary>
public sealed class ReceiptWireTests
{
    private static readonly Receipt Seen = new(new Instant(1_750_000_000_000), 3, ControlKind.EvCurrent, 12.5, ReceiptState.NotApplied) { Seen = 6, Note = "größer" };

    [Fact]
    public void It_comes_back()
    {
        foreach (var state in Enum.GetValues<ReceiptState>())
            foreach (var receipt in new[] { Seen with { State = state }, Seen with { State = state, Seen = null, Note = "" } })
                Assert.Equal(receipt, ReceiptWire.FromBytes(ReceiptWire.ToBytes(receipt)));
    }

    [Fact]
    public void Damage_is_told_as_damage()
    {
        var bytes = ReceiptWire.ToBytes(Seen);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => ReceiptWire.FromBytes(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => ReceiptWire.FromBytes([.. bytes, 0]));
        for (var seed = 0UL; seed < 5_000; seed++)
        {
            var dice = new Dice(seed);
            var mutated = bytes.ToArray();
            mutated[dice.Below(mutated.Length)] = (byte)dice.Pick(0, 0x7F, 0x80, 0xFF, dice.Below(256));
            mutated[dice.Below(mutated.Length)] = (byte)dice.Below(256);
            try
            {
                var receipt = ReceiptWire.FromBytes(mutated);
                Assert.True(Enum.IsDefined(receipt.State) && Enum.IsDefined(receipt.Kind) && receipt.At.ToString().Length > 0);
            }
            catch (InvalidDataException)
            {
                // Told as damage.
            }
        }
    }
}
