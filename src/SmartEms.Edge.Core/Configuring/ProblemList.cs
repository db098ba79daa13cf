using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>What reading a configuration gave: a value when there was no error, and every problem in the order of the file.</summary>
public sealed record Checked<T>(T? Value, ImmutableArray<Problem> Problems) where T : class
{
    /// <summary>True when the file may be used; warnings do not hinder.</summary>
    public bool IsUsable => Value is not null;
}

/// <summary>Collects every problem of one file, so that reading never stops at the first; at most <see cref="Limit"/> of them are kept.</summary>
public sealed class ProblemList
{
    public const int Limit = 200;

    private readonly List<Problem> found = [];

    /// <summary>Errors so far, kept or not.</summary>
    public int Errors { get; private set; }

    public bool IsFull => found.Count >= Limit;

    /// <summary>Adds a problem once; the code's letter decides between error and warning.</summary>
    public void Add(Place place, string code, string what, string? remedy = null)
    {
        var problem = new Problem(place, ProblemCodes.SeverityOf(code), code, what, remedy);
        if (found.Contains(problem))
            return;
        if (problem.Severity == Severity.Error)
            Errors++;
        if (found.Count < Limit)
            found.Add(problem);
        else if (problem.Severity == Severity.Error)
            AddAnyway(problem);
    }

    /// <summary>A file full of warnings stays usable: what is too much of them is left out, and an error takes the place of the last one.</summary>
    private void AddAnyway(Problem error)
    {
        if (found.FindLastIndex(kept => kept.Severity == Severity.Warning) is >= 0 and var warning)
            found[warning] = error;
        else if (found.Count == Limit)
            found.Add(new(error.Place, Severity.Error, ProblemCodes.TooLarge, $"more than {Limit} problems", "mend the ones above first"));
    }

    /// <summary>The value when nothing was wrong, and all problems in the order of the file.</summary>
    public Checked<T> Result<T>(Func<T> value) where T : class =>
        new(Errors == 0 ? value() : null, Ordered());

    public Checked<T> Refuse<T>() where T : class => new(null, Ordered());

    private ImmutableArray<Problem> Ordered() =>
        [.. found.OrderBy(problem => problem.Place.Line).ThenBy(problem => problem.Place.Column)];
}
