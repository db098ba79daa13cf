using System.Runtime.CompilerServices;
using Xunit;

namespace SmartEms.Edge.Tests.Adapters.Modbus;

/// <summary>A test with npm's modbus-serial; skipped, with the reason, where node is missing or the package registry cannot be reached.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeModbus.Package.WhyNot;
}

/// <summary>npm's modbus-serial.</summary>
internal static class NodeModbus
{
    public static NodePackage Package { get; } = new("modbus", Path.Combine(Path.GetDirectoryName(Here())!, "node"), "interop.js");

    private static string Here([CallerFilePath] string here = "") => here;
}
