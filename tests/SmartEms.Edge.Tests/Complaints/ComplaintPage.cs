using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace SmartEms.Edge.Tests.Complaints;

/// <summary>docs/complaints.md names for every complaint the tests that keep it from coming back; each of them exists and is run.</summary>
public sealed partial class ComplaintPage
{
    private const int Groups = 17;

    private static readonly int[] WithTestsHere = [1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 17];

    [Fact]
    public void Every_test_on_the_page_exists_and_is_run()
    {
        var runs = Runs();
        foreach (var (group, test) in Named())
            Assert.True(runs.Contains(test), $"complaint {group} names {test}, which is no test: rename it on the page");
    }

    [Fact]
    public void Every_complaint_has_its_tests()
    {
        var named = Named().ToLookup(one => one.Group, one => one.Test);
        for (var group = 1; group <= Groups; group++)
            Assert.True(named[group].Any(), $"complaint {group} has no test on the page");
        foreach (var group in WithTestsHere)
            Assert.Contains(named[group], test => test.Contains($".No{group:00}_", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_test_of_this_folder_stands_on_the_page()
    {
        var named = Named().Select(one => one.Test).ToHashSet();
        foreach (var test in Runs().Where(test => Numbered().IsMatch(test)))
            Assert.True(named.Contains(test), $"{test} is not on the page");
    }

    /// <summary>Rows of the table begin with the complaint's number; tests stand in back-ticks as Class.Method.</summary>
    private static IEnumerable<(int Group, string Test)> Named()
    {
        foreach (var line in File.ReadAllLines(Page()))
            if (Row().Match(line) is { Success: true } row)
                foreach (Match test in TestName().Matches(line))
                    yield return (int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), test.Groups[1].Value);
    }

    private static HashSet<string> Runs() =>
    [
        .. from type in typeof(ComplaintPage).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where method.IsDefined(typeof(FactAttribute))
           select $"{type.Name}.{method.Name}",
    ];

    private static string Page([CallerFilePath] string caller = "") => Path.Combine(Path.GetDirectoryName(caller)!, "../../../docs/complaints.md");

    [GeneratedRegex(@"^\| (\d+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\.No\d\d_")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex TestName();
}
