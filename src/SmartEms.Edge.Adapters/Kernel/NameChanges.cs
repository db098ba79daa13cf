namespace SmartEms.Edge.Adapters.Kernel;

/// <summary>Names made, changed or taken away in a directory are durable only once the directory itself is (rename(2), fsync(2)).</summary>
public static class NameChanges
{
    /// <summary>Makes the present name of a file durable. <see cref="IOException"/> when its directory cannot be synced.</summary>
    public static void Keep(string file) => Descriptor.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
}
