namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>A shared library the program calls is absent, cannot be loaded, or is too old; the message says which, where it was looked for, and the remedy.</summary>
public sealed class NativeLibraryMissingException(string message) : IOException(message);
