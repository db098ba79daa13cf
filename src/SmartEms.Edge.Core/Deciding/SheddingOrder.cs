using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Which charger is shed first: the one of the lowest priority; of equal ones the last of the site file.</summary>
public static class SheddingOrder
{
    public static int[] Of(Site site)
    {
        var order = new int[site.EvChargers.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = order.Length - 1 - i;
        // Insertion keeps the order of equal ones; a site has few chargers.
        for (var i = 1; i < order.Length; i++)
            for (var j = i; j > 0 && site.EvChargers[order[j]].Priority < site.EvChargers[order[j - 1]].Priority; j--)
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
        return order;
    }
}
