using SmartEms.Edge.Core.Describing;
using SmartEms.Edge.Core.Sensing.Contacts;

namespace SmartEms.Edge.Field;

/// <summary>One relay at its line, wired energise-to-run. It is set to what is wanted and read back; a line that cannot be had is tried again.</summary>
internal sealed class RelayLine(Relay relay, IGpio gpio, SiteClock clock) : IDisposable
{
    private IDigitalOutputs? outputs;
    private long nextTryMs = long.MinValue;

    public Relay Relay => relay;

    /// <summary>What the chip shows; null while nobody can tell.</summary>
    public bool? IsEnergised { get; private set; }

    /// <summary>What is wrong with the line and what to do, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Sets the relay. It opens released, so that a board that comes back does nothing by itself.</summary>
    public void Set(bool isEnergised)
    {
        try
        {
            if (outputs is null && clock.UptimeMs < nextTryMs)
                return;
            outputs ??= Open();
            var wanted = isEnergised ? 1UL : 0UL;
            if (IsEnergised != isEnergised)
                outputs.Write(wanted, 1);
            IsEnergised = (outputs.Read() & 1) != 0;
            Trouble = IsEnergised == isEnergised ? null : $"{relay.At} does not take the level it is given — is something else driving the line?";
        }
        catch (GpioException failure)
        {
            outputs?.Dispose();
            (outputs, IsEnergised, nextTryMs) = (null, null, clock.UptimeMs + ContactLine.RetryMs);
            Trouble = $"{failure.Message} — {failure.Remedy}";
        }
    }

    private IDigitalOutputs Open()
    {
        var chip = GpioSearch.Chip(gpio.Chips(), relay.At.Chip);
        return gpio.OpenOutputs(chip, new([GpioSearch.Line(chip, gpio.Lines(chip), relay.At.Line)]) { IsActiveLow = relay.IsActiveLow });
    }

    /// <summary>Takes the level off and gives the line back.</summary>
    public void Dispose()
    {
        outputs?.Dispose();
        (outputs, IsEnergised) = (null, null);
    }
}
