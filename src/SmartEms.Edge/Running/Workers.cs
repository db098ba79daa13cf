namespace SmartEms.Edge.Running;

/// <summary>The pool's workers, all made at the start and kept: a box that has no thread left to give later would otherwise end the process. More than the
/// sessions of the local API and the rhythms together can hold up.</summary>
internal static class Workers
{
    private const int Count = 16;

    /// <summary>Waits until every worker is there; on a machine with more processors than that the pool is left as it is.</summary>
    public static void Reserve()
    {
        ThreadPool.GetMinThreads(out _, out var portsLeast);
        ThreadPool.GetMaxThreads(out _, out var portsMost);
        if (Environment.ProcessorCount > Count || !ThreadPool.SetMinThreads(Count, portsLeast) || !ThreadPool.SetMaxThreads(Count, portsMost))
            return;
        var (gate, present) = (new object(), 0);
        void Meet()
        {
            lock (gate)
            {
                present++;
                Monitor.PulseAll(gate);
                while (present <= Count)
                    Monitor.Wait(gate);
            }
        }
        for (var i = 0; i < Count; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static meet => meet(), Meet, preferLocal: false);
        Meet();
    }
}
