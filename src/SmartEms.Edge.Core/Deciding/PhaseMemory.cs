namespace SmartEms.Edge.Core.Deciding;

/// <summary>A charger's phases: what was asked, how long the case for the other number has stood, and how often it was switched.</summary>
/// <param name="Phases">Asked for last; 0 = nothing yet, which means all.</param>
/// <param name="CaseSeconds">How long the other number would have been right, s.</param>
/// <param name="RestSeconds">How long it may not switch again, s.</param>
/// <param name="PauseSeconds">How long charging still pauses around a switch, s.</param>
/// <param name="ThisSession">Switches since the car came.</param>
/// <param name="Today">Switches on that day.</param>
/// <param name="Day">The UTC day they are counted on, days since 1970.</param>
/// <param name="ContrarySeconds">How long the car's current has contradicted the phases asked for, s.</param>
public readonly record struct PhaseMemory(
    int Phases, double CaseSeconds, double RestSeconds, double PauseSeconds, int ThisSession, int Today, int Day, double ContrarySeconds);
