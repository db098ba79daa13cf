using SmartEms.Edge.Adapters.Kernel;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Kernel;

/// <summary>A library comes from the bundle if it is there, else from the system, else the complaint says where it was looked for.</summary>
public sealed class SharedLibraryTests : IDisposable
{
    private readonly string _bundle = Directory.CreateTempSubdirectory("smartems-lib-").FullName;

    public void Dispose() => Directory.Delete(_bundle, recursive: true);

    [Fact]
    public void The_bundle_comes_first()
    {
        var system = new SharedLibrary("test-origin", "libsqlite3-0", "libsqlite3.so.0") { Bundle = _bundle };
        system.Load();
        var copy = Path.Combine(_bundle, "libsqlite3.so.0");
        File.Copy(File.ReadLines("/proc/self/maps").Select(l => l[(l.LastIndexOf(' ') + 1)..]).First(p => p.Contains("/libsqlite3.so.0", StringComparison.Ordinal)), copy);
        Assert.Equal(copy, new SharedLibrary("test-bundled", "libsqlite3-0", "libsqlite3.so.0") { Bundle = _bundle }.Load());
        Assert.Contains(copy, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_system_comes_next_also_when_the_bundle_is_damaged()
    {
        File.WriteAllText(Path.Combine(_bundle, "libsqlite3.so.0"), "not a library");
        Assert.Equal("libsqlite3.so.0", new SharedLibrary("test-system", "libsqlite3-0", "libsqlite3.so.0") { Bundle = _bundle }.Load());
    }

    [Fact]
    public void What_is_nowhere_is_reported_with_every_place_and_the_remedy()
    {
        File.WriteAllText(Path.Combine(_bundle, "libnone.so.3"), "not a library");
        var library = new SharedLibrary("test-none", "libnone3", "libnone.so.3", "libnone.so") { Bundle = _bundle };
        var complaint = Assert.Throws<NativeLibraryMissingException>(library.Load);
        Assert.Equal(
            $"The library libnone.so.3 is missing. Looked for: {_bundle}/libnone.so.3 (damaged, or built for another processor), "
            + "libnone.so.3 (not known to the system's loader), libnone.so (not known to the system's loader). "
            + "Remedy: apt install libnone3, or reinstall the smartems bundle.", complaint.Message);
    }
}
