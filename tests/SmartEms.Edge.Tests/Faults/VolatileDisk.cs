namespace SmartEms.Edge.Tests.Faults;

/// <summary>A disk whose cache forgets: what was not synced survives a power cut sector by sector or not at all, each sector in any of the versions it had since
/// the last sync; names made, changed or taken away survive only with the directory's sync.</summary>
internal sealed class VolatileDisk
{
    private readonly Dictionary<string, Content> names = [];
    private readonly List<DiskOperation> changes = [];
    private readonly List<Content> changed = [];
    private readonly int sector;
    private Dictionary<string, Content> durableNames;

    /// <param name="sector">Bytes that a cut leaves whole or untouched, 512 or 4,096.</param>
    /// <param name="there">The files on it now, durable.</param>
    public VolatileDisk(int sector, IEnumerable<(string Name, byte[] Bytes)> there)
    {
        this.sector = sector;
        foreach (var (name, bytes) in there)
            names[name] = new() { Durable = bytes };
        durableNames = new(names);
    }

    public void Do(DiskOperation operation)
    {
        switch (operation.Act)
        {
            case DiskAct.Create when !names.ContainsKey(operation.File):
                names[operation.File] = new();
                Changed(operation, names[operation.File]);
                break;
            case DiskAct.Write or DiskAct.Truncate:
                names[operation.File].Pending.Add(operation);
                break;
            case DiskAct.Unlink or DiskAct.Rename:
                Changed(operation, names[operation.File]);
                Rebind(names, operation, names[operation.File]);
                break;
            case DiskAct.Sync when operation.File == DiskTrace.Folder:
                durableNames = new(names);
                changes.Clear();
                changed.Clear();
                break;
            case DiskAct.Sync:
                names[operation.File].Settle();
                break;
        }
    }

    /// <summary>The files as a power cut now would leave them.</summary>
    public List<(string Name, byte[] Bytes)> Cut(Dice dice)
    {
        var survival = dice.Pick(0.0, 0.05, 0.5, 0.95, 1.0);
        var left = new Dictionary<string, Content>(durableNames);
        // A journalling file system keeps the first so many changes of names; a simpler one may keep any of them.
        var first = dice.Chance(0.5) ? dice.Below(changes.Count + 1) : -1;
        for (var i = 0; i < changes.Count; i++)
            if (first >= 0 ? i < first : dice.Chance(survival))
                Rebind(left, changes[i], changed[i]);
        return [.. left.Select(file => (file.Key, file.Value.Survivor(dice, survival, sector)))];
    }

    private void Changed(DiskOperation operation, Content content)
    {
        changes.Add(operation);
        changed.Add(content);
    }

    private static void Rebind(Dictionary<string, Content> of, DiskOperation change, Content content)
    {
        if (change.Act != DiskAct.Create)
            of.Remove(change.File);
        if (change.Act != DiskAct.Unlink)
            of[change.Act == DiskAct.Create ? change.File : change.To] = content;
    }

    private sealed class Content
    {
        public byte[] Durable { get; set; } = [];
        public List<DiskOperation> Pending { get; } = [];

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
        public byte[] Survivor(Dice dice, double survival, int sector)
        {
            var image = new Image(Durable, Pending);
            var touches = new Dictionary<long, int>();
            foreach (var operation in Pending.Where(o => o.Act == DiskAct.Write))
                for (var at = operation.At / sector; at <= (operation.At + operation.Data.Length - 1) / sector; at++)
                    touches[at] = touches.GetValueOrDefault(at) + 1;
            foreach (var (at, count) in touches)
                touches[at] = dice.Chance(survival) ? (dice.Chance(0.5) ? count : 1 + dice.Below(count)) : 0;
            foreach (var operation in Pending)
                if (operation.Act == DiskAct.Truncate)
                {
                    if (dice.Chance(0.5))
                        image.Truncate(operation.At);
                }
                else
                    Land(image, operation, touches, sector);
            if (dice.Chance(0.5))
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

        public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();
    }
}
