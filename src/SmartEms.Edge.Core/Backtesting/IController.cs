using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Planning;

namespace SmartEms.Edge.Core.Backtesting;

/// <summary>Who chooses the modes in a backtest. It is told where things stand and may know the trace before that step, nothing of it or after.</summary>
public interface IController
{
    string Name { get; }

    (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment);
}

/// <summary>The begin of a step.</summary>
/// <param name="Step">In the trace.</param>
/// <param name="EnergyWh">In the battery.</param>
/// <param name="EvNeedWh">What the car at the charger still needs; 0 = none is there or it is content.</param>
/// <param name="Session">Its session; null = none is there.</param>
public readonly record struct BacktestMoment(int Step, double EnergyWh, double EvNeedWh, EvSession? Session);

/// <summary>No control: the battery rests, cars charge as soon as they are plugged in.</summary>
public sealed class NoControl : IController
{
    public string Name => "no-control";
    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment) => (BatteryMode.Idle, EvMode.Full);
}

/// <summary>The plain rule of self-consumption; cars charge as soon as they are plugged in.</summary>
public sealed class RuleControl : IController
{
    public string Name => "rule";
    public (BatteryMode Battery, EvMode Ev) Decide(BacktestMoment moment) => (BatteryMode.SelfConsume, EvMode.Full);
}
