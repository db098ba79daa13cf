using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>How high the sun stands, by + − × ÷ √ alone, so that every machine has the same sun. Good to half a degree.</summary>
internal static class SunHeight
{
    private const double Pi = 3.14159265358979;
    private const double DaysPerYear = 365.2422;

    /// <summary>The sine of the height over the horizon, negative at night.</summary>
    /// <param name="moment">Any.</param>
    /// <param name="latitude">Degrees, north positive.</param>
    /// <param name="longitude">Degrees, east positive.</param>
    public static double Sine(Instant moment, double latitude, double longitude)
    {
        var days = moment.UnixMilliseconds / 86_400_000.0;
        var year = days / DaysPerYear * 2 * Pi; // from the first of January 1970
        // Spencer's series for the declination and the equation of time (radians).
        var declination = 0.006918 - (0.399912 * Cosine(year)) + (0.070257 * Sine(year)) - (0.006758 * Cosine(2 * year)) + (0.000907 * Sine(2 * year));
        var equation = 0.000075 + (0.001868 * Cosine(year)) - (0.032077 * Sine(year)) - (0.014615 * Cosine(2 * year)) - (0.040849 * Sine(2 * year));
        var hour = ((days - Math.Floor(days)) * 2 * Pi) - Pi + (longitude / 180 * Pi) + equation;
        var north = latitude / 180 * Pi;
        return (Sine(north) * Sine(declination)) + (Cosine(north) * Cosine(declination) * Cosine(hour));
    }

    private static double Cosine(double angle) => Sine(angle + (Pi / 2));

    /// <summary>By its series, after the angle is brought to ±π/2.</summary>
    private static double Sine(double angle)
    {
        var x = angle - (Math.Floor((angle / (2 * Pi)) + 0.5) * 2 * Pi);
        x = x > Pi / 2 ? Pi - x : x < -Pi / 2 ? -Pi - x : x;
        var square = x * x;
        return x * (1 - (square / 6 * (1 - (square / 20 * (1 - (square / 42 * (1 - (square / 72 * (1 - (square / 110))))))))));
    }
}
