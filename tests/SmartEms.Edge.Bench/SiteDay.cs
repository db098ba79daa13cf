namespace SmartEms.Edge.Bench;

/// <summary>
/// Telemetry of a simulated site, the same for every contender: each device has ten points, read once a second.
/// 0–2 phase powers: a household's load (steps of appliances, slow drift, noise of about 4 W) in whole watts, or of 0.1 W on every second device;
/// 3–4 voltages in 0.1 V (slow walk, noise 0.15 V); 5 current in 0.01 A that follows the power (noise 0.01 A); 6 frequency in 0.01 Hz (walk, noise 0.006 Hz);
/// 7 state of charge in 0.1 % (slow); 8 temperature in 0.1 °C (slow, flickering between two steps); 9 an energy counter in Wh that follows the power.
/// Seeded: device n of seed s is always the same.
/// </summary>
internal sealed class SiteDay(int devices, int seed)
{
    public const int PointsPerDevice = 10;
    public static readonly string[] Units = ["W", "W", "W", "V", "V", "A", "Hz", "%", "°C", "Wh"];

    private readonly Device[] _devices = [.. Enumerable.Range(0, devices).Select(d => new Device((seed * 1000) + d, d % 2 == 0 ? 0 : 1))];

    public int Points => devices * PointsPerDevice;

    /// <summary>The next second's values of all points.</summary>
    public void Next(Span<double> values)
    {
        for (var d = 0; d < _devices.Length; d++)
            _devices[d].Next(values.Slice(d * PointsPerDevice, PointsPerDevice));
    }

    private sealed class Device(int seed, int digits)
    {
        private readonly Random _random = new(seed);
        private readonly double[] _base = [400, 250, 900];
        private readonly double[] _drift = new double[3];
        private readonly double[] _volts = [230.4, 231.2];
        private double _hertz = 50;
        private double _charge = 55;
        private double _celsius = 24.3;
        private double _wattHours = 1_234_567;

        public void Next(Span<double> values)
        {
            var power = 0.0;
            for (var phase = 0; phase < 3; phase++)
            {
                if (_random.Next(400) == 0)
                    _base[phase] = _random.Next(60, 3500);
                _drift[phase] = (_drift[phase] * 0.995) + Noise(1.2);
                var watts = _base[phase] + _drift[phase] + Noise(4);
                values[phase] = Math.Round(watts, digits);
                power += watts;
            }

            for (var i = 0; i < 2; i++)
            {
                _volts[i] += ((230.5 - _volts[i]) * 0.002) + Noise(0.03);
                values[3 + i] = Math.Round(_volts[i] + Noise(0.15), 1);
            }

            _hertz += ((50 - _hertz) * 0.01) + Noise(0.002);
            _charge = Math.Clamp(_charge + (Math.Sin(_wattHours / 9000) * 0.003), 0, 100);
            _celsius += ((24 - _celsius) * 0.0005) + Noise(0.004);
            _wattHours += power / 3600;
            values[5] = Math.Round((power / 690) + Noise(0.01), 2);
            values[6] = Math.Round(_hertz + Noise(0.006), 2);
            values[7] = Math.Round(_charge, 1);
            values[8] = Math.Round(_celsius + Noise(0.02), 1);
            values[9] = Math.Floor(_wattHours);
        }

        /// <summary>Nearly normal: the sum of four even throws has this standard deviation.</summary>
        private double Noise(double deviation) =>
            (_random.NextDouble() + _random.NextDouble() + _random.NextDouble() + _random.NextDouble() - 2) * 1.732 * deviation;
    }
}
