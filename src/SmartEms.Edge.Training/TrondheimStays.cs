using System.Globalization;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Training;

/// <summary>One measured stay at a charger.</summary>
/// <param name="Scored">It begins within the price year that is scored.</param>
public readonly record struct MeasuredStay(Instant In, Instant Out, double Wh, bool Scored);

/// <summary>The Trondheim stays (tests/data/energy, Sørensen et al., CC BY 4.0), user by user, moved onto the German price year de_2023 as the data's README moves homes: their first Monday
/// falls on its first, so that days of the week and local hours stay what they were.</summary>
public static class TrondheimStays
{
    public static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DateTime FirstMonday = new(2019, 1, 7);
    private static readonly DateTime PriceYear = new(2023, 8, 7);
    private const int Weeks = 52;

    public static MeasuredStay[][] Read()
    {
        return
        [
            .. EnergyData.Rows("ev/trondheim_sessions.csv").GroupBy(cells => cells[0]).OrderBy(user => user.Key, StringComparer.Ordinal)
                .Select(user => user.Select(cells => Stay(cells)).OrderBy(stay => stay.In).ToArray()),
        ];
    }

    private static MeasuredStay Stay(string[] cells)
    {
        var begins = DateTime.Parse(cells[1], CultureInfo.InvariantCulture) + (PriceYear - FirstMonday);
        var ends = DateTime.Parse(cells[2], CultureInfo.InvariantCulture) + (PriceYear - FirstMonday);
        return new(Moment(begins), Moment(ends), EnergyData.Number(cells[3]), begins >= PriceYear && begins < PriceYear.AddDays(7 * Weeks));
    }

    private static Instant Moment(DateTime local)
    {
        if (Zone.IsInvalidTime(local))
            local = local.AddHours(1); // the hour that spring leaves out
        return Instant.From(new DateTimeOffset(local, Zone.GetUtcOffset(local)));
    }
}
