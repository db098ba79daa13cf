using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Core.Deciding;

/// <summary>Which charger, and after the chargers which flexible load, is shed first: the one of the lowest priority; of equal ones the last of the site file.</summary>
public static class SheddingOrder
{
    public static int[] OfChargers(Site site)
    {
        var priorities = new int[site.EvChargers.Length];
        for (var i = 0; i < priorities.Length; i++)
            priorities[i] = site.EvChargers[i].Priority;
        return Of(priorities);
    }

    public static int[] OfLoads(Site site)
    {
        var priorities = new int[site.Loads.Length];
        for (var i = 0; i < priorities.Length; i++)
            priorities[i] = site.Loads[i].Priority;
        return Of(priorities);
    }

    private static int[] Of(int[] priorities)
    {
        var order = new int[priorities.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = order.Length - 1 - i;
        // Insertion keeps the order of equal ones; a site has few of them.
        for (var i = 1; i < order.Length; i++)
            for (var j = i; j > 0 && priorities[order[j]] < priorities[order[j - 1]]; j--)
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
        return order;
    }
}
