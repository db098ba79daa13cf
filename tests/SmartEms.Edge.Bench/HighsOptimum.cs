using System.Diagnostics;
using System.Globalization;
using SmartEms.Edge.Core.Backtesting;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Bench;

/// <summary>The perfect-foresight bound once more, by somebody else's hand: the linear programme solved by HiGHS through Debian's python3-scipy.</summary>
internal static class HighsOptimum
{
    private const string Programme = """
        import sys
        import numpy as np
        import scipy.sparse as sp
        from scipy.optimize import linprog
        head = sys.stdin.readline().split()
        capacity, charge, discharge, inside, outside, wear, stored, start, hours = map(float, head)
        net, buy, sell = np.loadtxt(sys.stdin, unpack=True)
        n = len(net)
        one, zero = sp.identity(n, format='csr'), sp.csr_matrix((n, n))
        before = sp.diags([np.ones(n), -np.ones(n - 1)], [0, -1], format='csr')
        # charged, discharged, bought, sold, stored at the end of each hour
        a = sp.vstack([sp.hstack([-one, one, one, -one, zero]), sp.hstack([-inside * hours * one, hours / outside * one, zero, zero, before])]).tocsr()
        b = np.concatenate([net, [start], np.zeros(n - 1)])
        cost = np.concatenate([np.zeros(n), wear * hours * np.ones(n), buy * hours, -sell * hours, np.zeros(n)])
        cost[-1] -= stored
        high = np.concatenate([charge * np.ones(n), np.minimum(discharge, np.maximum(0, net)), np.full(n, np.inf), np.maximum(0, -net), capacity * np.ones(n)])
        got = linprog(cost, A_eq=a, b_eq=b, bounds=np.column_stack([np.zeros(5 * n), high]), method='highs')
        print(repr((got.fun + stored * start) / 1000) if got.status == 0 else 'nan')
        """;

    /// <summary>The least cost over a span, what the battery holds more at its end credited; NaN where there is no scipy.</summary>
    public static double Cost(BacktestTrace trace, Storage storage, BacktestSpan span, double storedPerKwh)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Programme]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new BenchException("python3 does not start");
        try
        {
            using var into = python.StandardInput;
            into.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{storage.CapacityWh} {storage.ChargeMax} {storage.DischargeMax} {storage.ChargeEfficiency} {storage.DischargeEfficiency} {storage.WearPerKwh} {storedPerKwh} {span.EnergyWh} {trace.Hours}"));
            for (var t = span.First; t < span.End; t++)
                into.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trace.Net(t):R} {trace.Prices.Import[t]:R} {trace.Prices.Export[t]:R}"));
        }
        catch (IOException)
        {
            // It ended before it had read everything: scipy is not there, and it has said so.
        }
        var answer = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        return double.TryParse(answer, NumberStyles.Float, CultureInfo.InvariantCulture, out var cost) ? cost : double.NaN;
    }
}
