namespace SmartEms.Edge.Core.Configuring;

/// <summary>Finds what somebody probably meant: the nearest known word, counting insertions, deletions, changes and swaps of neighbours.</summary>
public static class Spelling
{
    private const int LongestWord = 64;
    private const int MostListed = 12;

    /// <summary>The nearest candidate within a third of the word's length, else one that only goes on longer, or null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
            return null;
        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > LongestWord || Math.Abs(candidate.Length - word.Length) >= bestDistance)
                continue;
            var distance = Distance(word, candidate);
            if (distance >= bestDistance)
                continue;
            bestDistance = distance;
            best = candidate;
        }
        return best ?? Continued(word, candidates);
    }

    // "soc_min" for "soc_min_pct": the unit at the end is what people forget.
    private static string? Continued(string word, IEnumerable<string> candidates)
    {
        if (word.Length < 3)
            return null;
        foreach (var candidate in candidates)
            if (candidate.StartsWith(word + "_", StringComparison.OrdinalIgnoreCase))
                return candidate;
        return null;
    }

    /// <summary>"did you mean x?", or the known words when none is near.</summary>
    public static string Suggest(string word, IReadOnlyCollection<string> known, string noun = "known")
    {
        if (Nearest(word, known) is { } near)
            return $"did you mean {near}?";
        if (known.Count == 0)
            return $"{noun}: none";
        var listed = string.Join(", ", known.Take(MostListed));
        return known.Count > MostListed ? $"{noun}: {listed}, …" : $"{noun}: {listed}";
    }

    /// <summary>Edit distance without regard to case (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
