using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Proposing;
using Xunit;

namespace SmartEms.Edge.Tests.Control;

/// <summary>GET /v1/savings, over a real socket; how it reads stands in Commands/Golden/savings.txt.</summary>
public sealed class SavingsTests
{
    /// <summary>Who leads is who may: the site file stands above what the days say.</summary>
    [Theory]
    [InlineData(PolicyMode.Act, Candidate.Policy, "policy")]
    [InlineData(PolicyMode.Act, Candidate.Plan, "plan")]
    [InlineData(PolicyMode.Act, Candidate.Rule, "rule")]
    [InlineData(PolicyMode.Shadow, Candidate.Policy, "plan")]
    [InlineData(PolicyMode.Shadow, Candidate.Rule, "rule")]
    [InlineData(PolicyMode.Off, Candidate.Policy, "rule")]
    public async Task The_leader_is_who_may_lead(PolicyMode mode, Candidate best, string leader)
    {
        var desk = House.Priced;
        var contest = desk.Contest()! with { Leader = best };
        await using var server = await LiveServer.StartAsync(desk with { Site = desk.Site with { Running = desk.Site.Running with { PolicyMode = mode } }, Contest = () => contest });
        Assert.Equal(leader, (await Ask(server)).Leader);
    }

    /// <summary>Before anything was compared there is nothing to show, and where nothing can be won nothing is compared.</summary>
    [Fact]
    public async Task Nothing_compared_is_no_days()
    {
        await using var priced = await LiveServer.StartAsync(House.Priced with { Contest = () => null });
        var view = await Ask(priced);
        Assert.Equal((true, 0, 0.0), (view.Planned, view.Days.Length, view.Sum.SavedToRule));
        await using var flat = await LiveServer.StartAsync(House.Desk(House.Well));
        view = await Ask(flat);
        Assert.Equal((false, "rule"), (view.Planned, view.Leader));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("63")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("")]
    public async Task Days_that_are_none_are_refused(string days)
    {
        await using var server = await LiveServer.StartAsync(House.Priced);
        Assert.Equal("days_unclear", (await Assert.ThrowsAsync<Refusal>(() => server.Client.GetAsync($"/v1/savings?days={days}", default))).Code);
    }

    private static async Task<SavingsView> Ask(LiveServer server) => LocalClient.Read(await server.Client.GetAsync("/v1/savings", default), ViewsJson.Wire.SavingsView);
}
