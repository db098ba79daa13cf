using SmartEms.Edge.Control;
using Xunit;

namespace SmartEms.Edge.Tests.Control;

public sealed class CallerTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\nbert:x:1001:1001::/:/bin/sh\n";
    private const string Group = "smartems:x:990:anna,bert\nsmartems-op:x:991:anna\n";

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(990, 990, true)]
    [InlineData(1000, 1000, true)]
    [InlineData(1001, 1001, false)]
    [InlineData(1001, 991, true)]
    [InlineData(4711, 4711, false)]
    [InlineData(-1, -1, false)]
    public void Root_the_daemon_and_operators_may_order(int uid, int gid, bool may) =>
        Assert.Equal(may, new Caller(1, uid, gid).MayOrder(990, path => path == "/etc/passwd" ? Passwd : Group));

    [Fact]
    public void Without_the_systems_files_only_root_may() =>
        Assert.Equal([true, false], new[] { 0, 1000 }.Select(uid => new Caller(1, uid, uid).MayOrder(990, _ => "")));

    [Fact]
    public void The_ledger_names_the_user() => Assert.Equal("anna (1000)", new Caller(1, 1000, 1000).Said(_ => Passwd));
}
