using System.Reflection;
using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>A shared library of the distribution: taken from the bundle beside the binary, else from the system.
/// The one resolver of this assembly is set here, because the runtime allows no second one.</summary>
/// <param name="name">What <c>LibraryImport</c> calls it.</param>
/// <param name="package">The Debian package that brings it.</param>
/// <param name="sonames">File names, the best first; the first is also the one the bundle holds.</param>
public sealed class SharedLibrary(string name, string package, params string[] sonames)
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, (nint Handle, string Place)> Loaded = [];

    static SharedLibrary() => NativeLibrary.SetDllImportResolver(typeof(SharedLibrary).Assembly, Resolve);

    /// <summary>The folder of the bundle's private copies.</summary>
    public string Bundle { get; init; } = Path.Combine(AppContext.BaseDirectory, "lib");

    /// <summary>Loads it unless it is loaded, and says from where: a path in the bundle, or a name the system's loader resolved.</summary>
    /// <exception cref="NativeLibraryMissingException">None of the places holds a library that can be loaded.</exception>
    public string Load()
    {
        lock (Gate)
        {
            if (!Loaded.TryGetValue(name, out var library))
                Loaded[name] = library = Find();
            return library.Place;
        }
    }

    /// <summary>The address of a function of the library, or of a library that it was linked with; 0 where neither has it. It must be loaded.</summary>
    public nint AddressOf(string function)
    {
        lock (Gate)
            return NativeLibrary.TryGetExport(Loaded[name].Handle, function, out var address) ? address : 0;
    }

    /// <summary>The complaint that what was found will not do, with the remedy.</summary>
    public NativeLibraryMissingException Complaint(string what) =>
        new($"{what} Remedy: apt install {package}, or reinstall the smartems bundle.");

    private (nint Handle, string Place) Find()
    {
        var tried = new List<string>();
        foreach (var place in Places())
        {
            if (Path.IsPathRooted(place) && !File.Exists(place))
            {
                tried.Add($"{place} (no such file)");
                continue;
            }

            try
            {
                return (NativeLibrary.Load(place), place);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                tried.Add(Path.IsPathRooted(place) ? $"{place} (damaged, or built for another processor)" : $"{place} (not known to the system's loader)");
            }
        }

        throw Complaint($"The library {sonames[0]} is missing. Looked for: {string.Join(", ", tried)}.");
    }

    private IEnumerable<string> Places() => [Path.Combine(Bundle, sonames[0]), .. sonames];

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        lock (Gate)
            return Loaded.TryGetValue(name, out var library) ? library.Handle : 0;
    }
}
