using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Running;
using SmartEms.Edge.Tests.Faults;
using Xunit;
using Scratch = SmartEms.Edge.Tests.EndToEnd.Scratch;

namespace SmartEms.Edge.Tests.Running;

/// <summary>P4: how starts are counted, also where nothing can be written.</summary>
public sealed class StartLogTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly StringWriter said = new();

    [Fact]
    public void The_third_start_takes_the_good_site_and_the_fourth_is_safe() =>
        Assert.Equal([StartMode.Normal, StartMode.Normal, StartMode.LastGood, StartMode.Safe, StartMode.Safe], Starts(5, "here"));

    [Fact]
    public void A_start_that_came_to_health_is_none_that_failed()
    {
        Starts(4, "here");
        var log = Log("here");
        log.Begin("site", "1");
        log.Clear();
        Assert.Equal([StartMode.Normal, StartMode.Normal, StartMode.LastGood], Starts(3, "here"));
    }

    [Theory]
    [InlineData("other site", "1")]
    [InlineData("site", "2")]
    public void Another_site_file_or_program_is_counted_anew(string site, string program)
    {
        Starts(4, "here");
        Assert.Equal(StartMode.Normal, Log("here").Begin(site, program));
    }

    [Fact]
    public void A_disk_that_cannot_be_written_is_stood_in_for_by_the_other_place()
    {
        Assert.Equal([StartMode.Normal, StartMode.Normal, StartMode.LastGood, StartMode.Safe], Starts(4, "no/such/folder"));
        Assert.Empty(said.ToString());
    }

    [Fact]
    public void The_newer_of_two_counts_holds_when_the_disk_has_gone_read_only()
    {
        Starts(4, "here");
        File.Move(scratch.Of("here.starts"), scratch.Of("kept"));
        Directory.CreateDirectory(scratch.Of("here.starts")); // no file can be written there any more
        var log = Log("here");
        log.Begin("site", "1");
        log.Clear();
        Directory.Delete(scratch.Of("here.starts"));
        File.Move(scratch.Of("kept"), scratch.Of("here.starts")); // and the old count is still there
        Assert.Equal(StartMode.Normal, Log("here").Begin("site", "1"));
    }

    [Fact]
    public void Without_any_place_it_starts_as_ever_and_says_so()
    {
        var log = new StartLog("/proc/none/store.db", "/proc/none/ctl.sock", new(said, false));
        for (var start = 0; start < 5; start++)
            Assert.Equal(StartMode.Normal, log.Begin("site", "1"));
        Assert.Contains("df -h", said.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("smartems-starts-1 9 4")]
    [InlineData("smartems-starts-1 many 4 key")]
    [InlineData("smartems-starts-1 -9 4 key")]
    [InlineData("something else altogether")]
    public void A_damaged_count_is_none(string text)
    {
        scratch.Write("here.starts", text);
        Assert.Equal(StartMode.Normal, Log("here").Begin("site", "1"));
    }

    [MountFact("tmpfs")]
    public void On_a_full_disk_a_count_that_is_there_goes_on()
    {
        Directory.CreateDirectory(scratch.Of("disk"));
        Mounted.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", scratch.Of("disk"));
        try
        {
            GoesOnFull();
        }
        finally
        {
            Mounted.Run("umount", "-l", scratch.Of("disk"));
        }
    }

    private void GoesOnFull()
    {
        var log = new StartLog(scratch.Of("disk/store.db"), "/proc/none/ctl.sock", new(said, false));
        Assert.Equal(StartMode.Normal, log.Begin("site", "1"));
        Fill(scratch.Of("disk/ballast"));
        Assert.Equal([StartMode.Normal, StartMode.LastGood, StartMode.Safe], Enumerable.Range(0, 3).Select(_ => log.Begin("site", "1")));
        log.Keep(new string('x', 8_192));
        Assert.Contains("cannot be kept", said.ToString(), StringComparison.Ordinal);
        Assert.Null(log.GoodSite());
    }

    [Fact]
    public void The_site_that_ran_well_is_kept_whole()
    {
        var log = Log("here");
        Assert.Null(log.GoodSite());
        log.Keep("site: one");
        log.Keep("site: two");
        Assert.Equal("site: two", Log("here").GoodSite());
        Assert.DoesNotContain(scratch.Names, name => name.EndsWith(".new", StringComparison.Ordinal));
    }

    private static void Fill(string file)
    {
        using var ballast = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var written = 0;
        try
        {
            for (; written < 128; written++)
                ballast.Write(new byte[1_024]);
        }
        catch (IOException)
        {
            // full, as it shall be
        }
        Assert.True(written < 128, "the disk is not full");
    }

    private StartMode[] Starts(int count, string store) => [.. Enumerable.Range(0, count).Select(_ => Log(store).Begin("site", "1"))];

    private StartLog Log(string store) => new(scratch.Of($"{store}.db"), scratch.Of("ctl.sock"), new(said, false));

    public void Dispose() => scratch.Dispose();
}
