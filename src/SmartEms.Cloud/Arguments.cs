using System.Globalization;

namespace SmartEms.Cloud;

/// <summary>What was asked wrongly, in words.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Options as "--name value" pairs behind the verb; what is not asked for by name is refused.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public Arguments(ReadOnlySpan<string> given)
    {
        for (var i = 0; i < given.Length; i += 2)
        {
            if (!given[i].StartsWith("--", StringComparison.Ordinal) || i + 1 >= given.Length)
                throw new UsageException($"'{given[i]}' is not understood: options are --name value");
            if (!values.TryAdd(given[i][2..], given[i + 1]))
                throw new UsageException($"{given[i]} is given twice");
        }
    }

    public string Text(string name, string? usual = null) =>
        values.Remove(name, out var value) ? value : usual ?? throw new UsageException($"--{name} is missing");

    public string? Maybe(string name) => values.Remove(name, out var value) ? value : null;

    public double Number(string name, double usual) =>
        Maybe(name) is not { } text ? usual : double.TryParse(text, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw new UsageException($"--{name} wants a number, not '{text}'");

    /// <summary>To be called when all were read.</summary>
    public void Done()
    {
        if (values.Count > 0)
            throw new UsageException($"--{values.Keys.First()} is not known here");
    }
}
