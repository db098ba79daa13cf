using System.Security.Cryptography;
using SmartEms.Edge.Core.Forecasting;
using Xunit;

namespace SmartEms.Edge.Tests.Forecasting;

/// <summary>The table that departures are foretold with, and its file.</summary>
public sealed class LeaveTreesTests
{
    /// <summary>One tree that asks only whether the car is there for six hours at most.</summary>
    private static LeaveTrees Six()
    {
        var (limits, leaves) = (new float[LeaveTrees.Questions], new float[LeaveTrees.Ends]);
        Array.Fill(limits, float.MaxValue);
        limits[0] = 6;
        Array.Fill(leaves, 3, LeaveTrees.Ends / 2, LeaveTrees.Ends / 2);
        return new(-4, new byte[LeaveTrees.Questions], limits, leaves);
    }

    private static double Chance(float hours)
    {
        var row = new float[StayFeatures.Count];
        row[0] = hours;
        return Six().Chance(row);
    }

    [Fact]
    public void What_is_not_known_goes_the_way_of_the_larger()
    {
        Assert.Equal(1 / (1 + Math.Exp(4)), Chance(6), 6);
        Assert.Equal(1 / (1 + Math.Exp(1)), Chance(6.1f), 6);
    }

    [Fact]
    public void The_same_comes_back_from_its_bytes()
    {
        var bytes = LeaveTrees.Shipped.Write();
        Assert.Equal(bytes, LeaveTrees.Read(bytes).Write());
        Assert.True(LeaveTrees.Shipped.Trees > 0);
    }

    [Theory]
    [InlineData(0, 1, "no table of departures")]
    [InlineData(8, 9, "its version is 9")]
    [InlineData(12, 7, "asks for 7 numbers")]
    [InlineData(16, 2, "its length")]
    [InlineData(60, 99, "its checksum")]
    public void What_was_changed_is_refused_by_name(int place, byte value, string words)
    {
        var bytes = Six().Write();
        bytes[place] = value;
        Assert.Contains(words, Assert.Throws<LeaveTreesException>(() => LeaveTrees.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cut_short_or_no_number_is_refused()
    {
        var bytes = Six().Write();
        Assert.Contains("cut short", Assert.Throws<LeaveTreesException>(() => LeaveTrees.Read(bytes.AsSpan(0, 20))).Message, StringComparison.Ordinal);
        Assert.Contains("length", Assert.Throws<LeaveTreesException>(() => LeaveTrees.Read(bytes.AsSpan(0, 90))).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Refused((Six() with { Leaves = [.. Enumerable.Repeat(float.NaN, LeaveTrees.Ends)] }).Write()), StringComparison.Ordinal);
        Assert.Contains("not finite", Refused((Six() with { Base = double.PositiveInfinity }).Write()), StringComparison.Ordinal);
        Assert.Contains("asks for number 255", Refused((Six() with { Features = [.. Enumerable.Repeat((byte)255, LeaveTrees.Questions)] }).Write()), StringComparison.Ordinal);
    }

    private static string Refused(byte[] bytes)
    {
        Assert.Equal(SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32)), bytes[^32..]);
        return Assert.Throws<LeaveTreesException>(() => LeaveTrees.Read(bytes)).Message;
    }
}
