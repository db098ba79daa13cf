namespace SmartEms.Edge.Tests.Faults;

/// <summary>A disk whose cache forgets: what was not synced survives a power cut sector by sector or not at all, each sector in any of the versions it had since
/// the last sync; names made or taken away survive only with the directory's sync.</summary>
internal sealed class VolatileDisk
{
    private readonly Dictionary<string, Entry> files = [];
    private readonly int sector;

    /// <param name="sector">Bytes that a cut leaves whole or untouched, 512 or 4,096.</param>
    /// <param name="there">The files on it now, durable.</param>
    public VolatileDisk(int sector, IEnumerable<string> there)
    {
        this.sector = sector;
        foreach (var path in there)
            files[Path.GetFileName(path)] = new() { Durable = File.ReadAllBytes(path), IsNameDurable = true };
    }

    public void Do(DiskOperation operation)
    {
        switch (operation.Act)
        {
            case DiskAct.Create:
                if (!files.TryGetValue(operation.File, out var there) || there.IsUnlinked)
                    files[operation.File] = new();
                break;
            case DiskAct.Write or DiskAct.Truncate:
                files[operation.File].Pending.Add(operation);
                break;
            case DiskAct.Unlink:
                files[operation.File].IsUnlinked = true;
                break;
            case DiskAct.Sync when operation.File == DiskTrace.Folder:
                SyncNames();
                break;
            case DiskAct.Sync:
                files[operation.File].Settle();
                break;
        }
    }

    /// <summary>Writes what a power cut now would leave into another folder, under the same names.</summary>
    public void Cut(Random random, string into)
    {
        var survival = random.Next(5) switch { 0 => 0.0, 1 => 1.0, 2 => 0.05, 3 => 0.95, _ => 0.5 };
        foreach (var (name, file) in files)
        {
            var isThere = file.IsNameDurable ? !file.IsUnlinked || random.Next(2) == 0 : !file.IsUnlinked && random.Next(2) == 0;
            if (isThere)
                File.WriteAllBytes(Path.Combine(into, name), file.Survivor(random, survival, sector));
        }
    }

    private void SyncNames()
    {
        foreach (var (path, file) in files.ToList())
            if (file.IsUnlinked)
                files.Remove(path);
            else
                file.IsNameDurable = true;
    }

    private sealed class Entry
    {
        public byte[] Durable { get; set; } = [];
        public List<DiskOperation> Pending { get; } = [];
        public bool IsNameDurable { get; set; }
        public bool IsUnlinked { get; set; }

        public void Settle()
        {
            var image = new Image(Durable, Pending);
            foreach (var operation in Pending)
                if (operation.Act == DiskAct.Truncate)
                    image.Truncate(operation.At);
                else
                    image.Put(operation.Data, operation.At);
            Durable = image.ToArray();
            Pending.Clear();
        }

        /// <summary>Per sector a version is drawn: so many of the pending writes to it, in their order, had reached the medium.</summary>
        public byte[] Survivor(Random random, double survival, int sector)
        {
            var image = new Image(Durable, Pending);
            var touches = new Dictionary<long, int>();
            foreach (var operation in Pending.Where(o => o.Act == DiskAct.Write))
                for (var at = operation.At / sector; at <= (operation.At + operation.Data.Length - 1) / sector; at++)
                    touches[at] = touches.GetValueOrDefault(at) + 1;
            foreach (var (at, count) in touches)
                touches[at] = random.NextDouble() < survival ? (random.Next(2) == 0 ? count : random.Next(1, count + 1)) : 0;
            foreach (var operation in Pending)
                if (operation.Act == DiskAct.Truncate)
                {
                    if (random.Next(2) == 0)
                        image.Truncate(operation.At);
                }
                else
                    Land(image, operation, touches, sector);
            if (random.Next(2) == 0)
                image.GrowToTheMost();
            return image.ToArray();
        }

        private static void Land(Image image, DiskOperation write, Dictionary<long, int> left, int sector)
        {
            var end = write.At + write.Data.Length;
            for (var at = write.At; at < end;)
            {
                var next = Math.Min(end, ((at / sector) + 1) * sector);
                if (left[at / sector]-- > 0)
                {
                    image.Put(write.Data.AsSpan((int)(at - write.At), (int)(next - at)), at);
                }

                at = next;
            }
        }
    }

    /// <summary>A file's content in the making, with room for all that may come to it.</summary>
    private sealed class Image
    {
        private readonly byte[] bytes;
        private int length;

        public Image(byte[] durable, List<DiskOperation> pending)
        {
            var most = (long)durable.Length;
            foreach (var operation in pending)
                most = Math.Max(most, operation.At + operation.Data.Length);
            bytes = new byte[most];
            durable.CopyTo(bytes, 0);
            length = durable.Length;
        }

        public void Put(ReadOnlySpan<byte> data, long at)
        {
            data.CopyTo(bytes.AsSpan((int)at));
            length = Math.Max(length, (int)at + data.Length);
        }

        public void Truncate(long to)
        {
            bytes.AsSpan((int)to).Clear();
            length = (int)to;
        }

        /// <summary>The size had been made durable, the last sectors not.</summary>
        public void GrowToTheMost() => length = bytes.Length;

        public byte[] ToArray() => bytes[..length];
    }
}
