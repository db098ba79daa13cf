using System.IO.Compression;

namespace SmartEms.Edge;

/// <summary>Texts that the binary carries (profiles, captures, the SunSpec models, the demo house), pressed by gzip at the build.</summary>
internal static class CarriedText
{
    /// <summary>Of all of them, such as profiles/keba-p30.yaml, and of what else is carried.</summary>
    public static string[] Names => typeof(CarriedText).Assembly.GetManifestResourceNames();

    /// <summary>One of them; null where the binary carries none of that name.</summary>
    public static string? Of(string name)
    {
        using var pressed = typeof(CarriedText).Assembly.GetManifestResourceStream(name);
        if (pressed is null)
            return null;
        using var reader = new StreamReader(new GZipStream(pressed, CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
