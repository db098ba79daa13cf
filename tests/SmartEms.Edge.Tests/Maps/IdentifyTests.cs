using SmartEms.Edge.Core.Sensing;
using Xunit;

namespace SmartEms.Edge.Tests.Maps;

/// <summary>Fingerprints against captures: a device is known by its own profile, and no other profile is surer of it.</summary>
public class IdentifyTests
{
    public static TheoryData<string> Maps => Golden.Files("Golden");

    [Theory]
    [MemberData(nameof(Maps))]
    public void A_device_is_known_by_its_own_profile(string name)
    {
        var (owner, capture) = Of(name);
        if (owner.Identify.IsEmpty || owner.Layout != ProfileLayout.Fixed)
            return;
        var own = Certainty(owner, owner, capture);
        Assert.True(own > 0, $"{owner.Name} does not know its own capture");
        foreach (var other in Hardware.ProfileNames().Where(other => other != owner.Name).Select(Hardware.Profile).Where(other => other.Layout == ProfileLayout.Fixed))
            Assert.True(Certainty(other, owner, capture) < own, $"{other.Name} is as sure as {owner.Name}");
    }

    private static (DeviceProfile Profile, Capture Capture) Of(string name)
    {
        var told = File.ReadLines(Path.Combine(Hardware.GoldenFolder(), name)).Take(2).ToDictionary(line => line.Split(':')[0], line => line.Split(':')[1].Trim());
        return (Hardware.Profile(told["profile"]), Hardware.Capture(told["profile"], told["capture"]));
    }

    /// <summary>The weights of what fits, when a profile looks at the device of another.</summary>
    private static int Certainty(DeviceProfile profile, DeviceProfile owner, Capture capture)
    {
        var sum = 0;
        foreach (var print in profile.Identify.Where(print => print.Model is null))
        {
            var unit = print.UnitId is { } named ? profile.Units[named] : owner.Link.DefaultUnit;
            var words = new ushort[print.Width];
            var reply = capture.ReadAsync(new(unit, print.Space, print.Address, (ushort)print.Width), words, default).AsTask().Result;
            sum += reply.IsOk && print.Fits(words) ? print.Weight : 0;
        }
        return sum;
    }
}
