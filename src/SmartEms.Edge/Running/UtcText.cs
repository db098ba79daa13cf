using System.Globalization;

namespace SmartEms.Edge.Running;

/// <summary>Moments as files of rows tell them: UTC, to the minute or the second.</summary>
internal static class UtcText
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm"];

    public static bool TryParse(string text, out DateTime utc) =>
        DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out utc);
}
