using Xunit;

namespace SmartEms.Edge.Tests.Tidy;

/// <summary>A function fits on a screen, a file in a head: at most 50 lines, 300 lines, 5 parameters.</summary>
public class SizeTests
{
    private const int FileLines = 300;
    private const int FunctionLines = 50;
    private const int MostParameters = 5;

    /// <summary>Functions that may have more parameters, as "path name", each with its reason beside it.</summary>
    private static readonly string[] AllowedParameters =
    [
        "src/SmartEms.Edge.Adapters/Mqtt/MosquittoCalls.cs TlsFiles",
        "src/SmartEms.Edge.Adapters/Mqtt/MosquittoCalls.cs Will", // libmosquitto's own signatures
        "src/SmartEms.Edge.Adapters/Mqtt/MosquittoCalls.cs KeepProperties",
        "src/SmartEms.Edge.Adapters/Mqtt/MosquittoCalls.cs Publish",
        "src/SmartEms.Edge.Adapters/Mqtt/MosquittoCalls.cs Subscribe",
        "src/SmartEms.Edge.Adapters/Mqtt/Mosquitto.cs OnSubscribed",
    ];

    private static IEnumerable<string> Check(SourceTree tree)
    {
        foreach (var file in tree.Files.Where(f => f.IsCode))
        {
            var lines = file.Text.TrimEnd('\n').AsSpan().Count('\n') + 1;
            if (lines > FileLines)
                yield return $"{file.Path}: {lines} lines, at most {FileLines}";
            foreach (var member in MemberScan.Of(file.Code).Members.Where(m => m.IsFunction))
            {
                var length = file.LineAt(member.End - 1) - file.LineAt(member.Start) + 1;
                if (length > FunctionLines)
                    yield return $"{file.Place(member.Start)}: {member.Name} has {length} lines, at most {FunctionLines}";
                if (member.Parameters > MostParameters && !AllowedParameters.Contains($"{file.Path} {member.Name}"))
                    yield return $"{file.Place(member.Start)}: {member.Name} has {member.Parameters} parameters, at most {MostParameters}";
            }
        }
    }

    [Fact]
    public void Files_and_functions_are_small() => Complaints.AssertNone(Check(SourceTree.Here));

    [Fact]
    public void It_reads_the_real_tree() =>
        Assert.Contains(MemberScan.Of(SourceTree.Here.Find("src/SmartEms.Edge.Core/Cycle.cs")!.Code).Members, m => m is { Name: "Think", IsFunction: true, Parameters: > 3 });

    [Fact]
    public void It_sees_a_long_file() =>
        Assert.Equal(["src/P/A.cs: 301 lines, at most 300"], Check(SourceTree.Of(("src/P/A.cs", string.Concat(Enumerable.Repeat("// x\n", 301))))));

    [Theory]
    [InlineData("class A { [Fact] public void F(int a) {BODY} }", "F")]
    [InlineData("namespace N;\nrecord struct A(int X) { int G<T>(T a) where T : class => a switch {BODY}; }", "G")]
    [InlineData("namespace N { class A : B { public A(int x) : base(x) {BODY} int P { get; } = 3; } }", "A")]
    [InlineData("class A { class Inner { public static bool operator ==(A a, A b) => true; (int, int) F((int, int) a) {BODY} } }", "F")]
    public void It_sees_a_long_function(string code, string name)
    {
        var body = string.Concat(Enumerable.Repeat("\n", 50));
        var complaint = Assert.Single(Check(SourceTree.Of(("src/P/A.cs", code.Replace("BODY", body, StringComparison.Ordinal)))));
        Assert.Contains($": {name} has 51 lines", complaint, StringComparison.Ordinal);
        Assert.Empty(Check(SourceTree.Of(("src/P/A.cs", code.Replace("BODY", body[..49], StringComparison.Ordinal)))));
    }

    [Fact]
    public void A_long_table_is_no_function() =>
        Assert.Empty(Check(SourceTree.Of(("src/P/A.cs", "class A { static int[] X = new[] {" + new string('\n', 99) + "}; int Y => 1; }"))));

    [Theory]
    [InlineData("class A { void F(int a, Func<int, int> b, (int, int) c, int[,] d, int e = 1, int f = 2) { } }", true)]
    [InlineData("class A { void F(int a, Func<int, int> b, (int, int) c, int[,] d, int e = 1) { } }", false)]
    [InlineData("class A(int a, int b, int c, int d, int e, int f) { }", true)]
    [InlineData("record A(int B, int C, int D, int E, int F, int G);", false)]
    [InlineData("class A { public A(int a, int b, int c, int d, int e, int f) : base(a) { } }", true)]
    [InlineData("class A { int x = F(1, 2, 3, 4, 5, 6); }", false)]
    [InlineData("class A { public (int, int, int, int, int, int) F(int a) { return F(1); } }", false)]
    public void It_counts_parameters(string code, bool tooMany) =>
        Assert.Equal(tooMany, Check(SourceTree.Of(("src/P/A.cs", code))).Any(c => c.Contains("6 parameters", StringComparison.Ordinal)));

    [Fact]
    public void It_finds_every_member_and_type()
    {
        const string code = """
            using System;
            namespace N;
            [A(1)] public sealed partial class B<T> where T : struct
            {
                private int _x = 1;
                public int P { get => _x; set { _x = value; } } = 4;
                public bool Record => true;
                public static implicit operator int(B<T> b) => b._x;
                enum E { One, Two }
                public delegate void D(int a);
                void Store(CycleRecord record) { if (true) { F(); } }
            }
            public readonly record struct R(int A);
            public delegate Task<int> Handler(int a);
            """;
        var scan = MemberScan.Of(Stripping.Strip(code));
        Assert.Equal(["B", "R", "Handler"], scan.Types.Where(t => t.TopLevel).Select(t => t.Name));
        Assert.Equal(["D", "E"], scan.Types.Where(t => !t.TopLevel).Select(t => t.Name).Order());
        Assert.Contains(scan.Members, m => m.Name == "Store" && m.Parameters == 1);
    }
}
