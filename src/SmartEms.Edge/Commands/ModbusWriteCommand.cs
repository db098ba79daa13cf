using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Control;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Recording;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus write: one value into a device, shown beforehand, asked for, read back, and taken down in the ledger. Never beside a daemon that
/// owns the device, but through it.</summary>
internal static class ModbusWriteCommand
{
    /// <summary>What is written where, and by which profile's point, if one was named.</summary>
    private sealed record Intent(WireTarget Target, RegisterSpan Span, PointDefinition Point, ushort[] Words)
    {
        public string Value { get; init; } = "";
        public string[] Cautions { get; init; } = [];
    }

    public static Command Build(Screen screen)
    {
        var address = new Argument<string>("address") { Description = "register, counted from 0; hexadecimal with 0x" };
        var value = new Argument<string>("value") { Description = "the number; after -- when it is negative" };
        var single = new Option<bool>("--single") { Description = "functions 5 and 6 instead of 15 and 16" };
        var profile = new Option<string?>("--profile") { Description = "the device's profile: value in its unit, wear class and fallback shown", HelpName = "name" };
        var reason = new Option<string?>("--reason") { Description = "why; required", HelpName = "text" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var through = new Option<bool>("--through-daemon") { Description = "the daemon that owns the device writes it, between its own requests" };
        var command = new Command("write", "writes one value, shows old and new, asks, and reads it back")
        {
            ModbusCommand.Connect, address, value, ModbusCommand.Unit, ModbusCommand.Space, ModbusCommand.Type, ModbusCommand.Words, ModbusCommand.Timeout,
            single, profile, CheckCommand.Profiles, RunCommand.Store, reason, yes, through,
        };
        command.SetAction(async (parsed, stop) =>
        {
            if (string.IsNullOrWhiteSpace(parsed.GetValue(reason)))
                throw new Refusal(Exit.Usage, "reason_missing", "a write needs a reason", "--reason \"why it is done\"");
            var known = parsed.GetValue(profile) is { } name ? Profile(parsed, name) : null;
            var intent = IntentOf(parsed, known, (ModbusCommand.Address(parsed.GetValue(address)!), parsed.GetValue(value)!));
            var places = await DaemonDevices.PlacesAsync(parsed.Client(screen), stop);
            var owner = places?.GetValueOrDefault(intent.Target.Settings.Place);
            if (owner is not null && !parsed.GetValue(through))
                throw new Refusal(Exit.Busy, "daemon_owns_device", $"the daemon is running and owns {intent.Target.Text} ({owner})", "stop it first (systemctl stop smartems), or --through-daemon: its next setpoint may overwrite yours");
            if (owner is null && parsed.GetValue(through))
                throw new Refusal(Exit.Usage, "daemon_owns_not", $"no running daemon owns {intent.Target.Text}", "leave --through-daemon out");
            var function = parsed.GetValue(single) || known is not null && intent.Point.WriteWith == WriteFunction.Single ? WriteFunction.Single : WriteFunction.Multiple;
            var order = new HandWrite(Person, parsed.GetValue(reason)!, intent.Target.Text, intent.Span, intent.Words);
            void Ask(string before)
            {
                Show(screen, intent, before);
                Confirm(screen, parsed.GetValue(yes));
            }
            var view = owner is not null
                ? await ThroughAsync(parsed.Client(screen), owner, (order, function), () => Ask($"through the daemon as {owner}"), stop)
                : await WriteAsync(intent, order, (function, Ask), (places is null ? null : parsed.Client(screen), parsed.GetValue(RunCommand.Store)!, screen), stop);
            return Tell(view, parsed.IsJson(), screen);
        });
        return command;
    }

    private static int Tell(HandWriteView view, bool isJson, Screen screen)
    {
        var isKept = view.After is not null && view.After.AsSpan().SequenceEqual(view.Written);
        if (isJson)
            screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, ViewsJson.Wire.HandWriteView));
        else if (view.Outcome == "Ok")
            screen.Out.WriteLine($"{(isKept ? $"written and read back: {Hex(view.Written)}" : $"written {Hex(view.Written)}, but it reads {(view.After is null ? "nothing" : Hex(view.After))}")}{(view.Recorded ? "; recorded in the ledger" : "")}");
        if (view.Outcome != "Ok")
            throw new Refusal(Exit.DeviceRefused, "not_written", $"the device did not take it: {view.Outcome}", "smartems devices shows how it fares");
        return isKept ? Exit.Ok : throw new Refusal(Exit.DeviceRefused, "not_taken", "the device did not keep what was written", "some registers are write-only or need another one first; its document tells");
    }

    private static void Show(Screen screen, Intent intent, string before)
    {
        screen.Say($"{ModbusCommand.Place(intent.Target, intent.Span)} {intent.Span.Address} ({Spaces.Reference(intent.Span.Space, intent.Span.Address)}): {before} → {Hex(intent.Words)} ({intent.Value})");
        foreach (var caution in intent.Cautions)
            screen.Say($"  {caution}");
    }

    private static async Task<HandWriteView> ThroughAsync(LocalClient client, string device, (HandWrite Order, WriteFunction Function) what, Action confirm, CancellationToken stop)
    {
        confirm();
        var json = await client.PostAsync($"/v1/write?device={Uri.EscapeDataString(device)}&function={(what.Function == WriteFunction.Single ? "single" : "multiple")}&{HandWrites.Query(what.Order)}", stop);
        return LocalClient.Read(json, ViewsJson.Wire.HandWriteView);
    }

    private static DeviceProfile Profile(ParseResult parsed, string name)
    {
        var profiles = CheckCommand.ProfilesOf(parsed);
        return profiles.Find(name) ?? throw new Refusal(
            Exit.Usage, "profile_unknown", $"there is no profile {name}", $"{(Spelling.Nearest(name, [.. profiles.Names]) is { } near ? $"did you mean {near}? " : "")}there are {string.Join(", ", profiles.Names)}");
    }

    private static Intent IntentOf(ParseResult parsed, DeviceProfile? profile, (ushort Address, string Value) asked)
    {
        var target = ModbusCommand.Target(parsed);
        var space = ModbusCommand.SpaceOf(parsed);
        if (space is RegisterSpace.InputRegister or RegisterSpace.DiscreteInput)
            throw new Refusal(Exit.Usage, "read_only_table", $"nothing can be written to the {Spaces.Name(space)} table", "--space holding or --space coil");
        if (!double.TryParse(asked.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new Refusal(Exit.Usage, "value_unclear", $"'{asked.Value}' is not a number", "as in 4200 or -1.5");
        var point = profile is null ? null : PointAt(profile, space, asked.Address);
        var plain = new PointDefinition("value", space == RegisterSpace.Coil ? RegisterType.U16 : ModbusCommand.TypeOf(parsed.GetValue(ModbusCommand.Type)) ?? RegisterType.U16) { Words = ModbusCommand.OrderOf(parsed), Max = space == RegisterSpace.Coil ? 1 : double.PositiveInfinity };
        var value = RegisterEncoding.TowardsZero(point ?? plain, number);
        var encoded = RegisterEncoding.Of(point ?? plain, value);
        if (!encoded.IsOk)
            throw new Refusal(Exit.Usage, "value_does_not_fit", encoded.Refusal!, point is null ? "--type s16, u32, s32 or f32 takes other numbers" : "the profile tells the range");
        var span = ModbusCommand.SpanOf(parsed, asked.Address, encoded.Words.Length);
        return new(target, span, point ?? plain, encoded.Words) { Value = $"{(value == number ? asked.Value : $"{value}")} {point?.Unit}".TrimEnd(), Cautions = profile is null ? [] : Cautions(profile, point) };
    }

    private static PointDefinition PointAt(DeviceProfile profile, RegisterSpace space, ushort address)
    {
        foreach (var point in profile.Points)
            if (!point.IsDerived && profile.Layout == ProfileLayout.Fixed && point.Space == space && point.Address == address)
                return point.Access != PointAccess.Read ? point : throw new Refusal(Exit.Usage, "point_read_only", $"{profile.Name} knows {address} as {point.Name}, which is only read", "leave --profile away if the document says otherwise");
        throw new Refusal(Exit.Usage, "point_unknown", $"{profile.Name} has no writable point at {Spaces.Name(space)} {address}", "smartems modbus write without --profile takes any register");
    }

    private static string[] Cautions(DeviceProfile profile, PointDefinition? point)
    {
        if (point is null)
            return [];
        var wear = point.Wear switch
        {
            WearClass.Volatile => "volatile: may be written freely",
            WearClass.Unknown => "not known whether it is stored: write it seldom",
            _ => "flash: every write wears it",
        };
        foreach (var control in profile.Controls)
            foreach (var step in control.Apply)
                if (step.Point == point.Name)
                    return [wear, $"falls back: {(control.Fallback.Length > 0 ? control.Fallback : control.TimeoutMs == 0 ? "never by itself" : $"after {control.TimeoutMs / 1000} s")}"];
        return [wear, "falls back: never by itself, as far as the profile knows"];
    }

    /// <summary>Who sits at the keyboard, also behind sudo.</summary>
    private static string Person => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } behind ? behind : Environment.UserName;

    private static async Task<HandWriteView> WriteAsync(
        Intent intent, HandWrite order, (WriteFunction Function, Action<string> Confirm) how, (LocalClient? Daemon, string Store, Screen Screen) told, CancellationToken stop)
    {
        await using var bus = intent.Target.Open(told.Screen.Time);
        var before = new ushort[intent.Span.Count];
        var old = await bus.ReadAsync(intent.Span, before, stop);
        if (!old.IsOk && old.Status != BusStatus.Exception)
            throw intent.Target.Failure(intent.Span, old, bus.Health.LastFault);
        how.Confirm(old.IsOk ? Hex(before) : "cannot be read");
        using var journal = HandJournal.Open(told.Daemon, told.Store, told.Screen);
        var (done, reply) = await HandWrites.DoAsync(bus, order, how.Function, stop);
        var isRecorded = await journal.AppendAsync(done, CancellationToken.None);
        return reply.IsOk ? HandWriteView.Of(done, isRecorded) : throw intent.Target.Failure(intent.Span, reply, bus.Health.LastFault);
    }

    private static void Confirm(Screen screen, bool isSure)
    {
        if (isSure)
            return;
        if (!screen.TalksToTerminal || Console.IsInputRedirected)
            throw new Refusal(Exit.Usage, "not_confirmed", "nobody can be asked here, and nothing was written", "--yes writes without asking");
        screen.Error.Write("write it? type yes: ");
        if (Console.In.ReadLine()?.Trim() != "yes")
            throw new Refusal(Exit.Failed, "not_confirmed", "nothing was written", "");
    }

    private static string Hex(IEnumerable<ushort> words) => string.Join(' ', words.Select(word => $"{word:X4}"));

    private static string Hex(int[] words) => string.Join(' ', words.Select(word => $"{word:X4}"));
}
