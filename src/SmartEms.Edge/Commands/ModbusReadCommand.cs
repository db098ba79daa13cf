using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SmartEms.Edge.Adapters.Modbus;
using SmartEms.Edge.Core.Sensing;
using SmartEms.Edge.Discovery;

namespace SmartEms.Edge.Commands;

/// <summary>smartems modbus read: registers of any device, every plausible reading side by side.</summary>
internal static class ModbusReadCommand
{
    private static readonly Column[] Every =
    [
        new("ADDRESS", true), new("REFERENCE", true), new("HEX"), new("U16", true), new("S16", true), new("U32", true), new("S32", true), new("F32", true),
        new("TEXT"), new("U32 CDAB", true), new("S32 CDAB", true), new("F32 CDAB", true),
    ];

    public static Command Build(Screen screen)
    {
        var address = new Argument<string>("address") { Description = "first register, counted from 0; hexadecimal with 0x" };
        var count = new Option<int>("--count", "-n") { Description = "how many registers", DefaultValueFactory = _ => 2, HelpName = "n" };
        var command = new Command("read", "reads registers and shows every plausible reading of them")
        {
            ModbusCommand.Connect, address, ModbusCommand.Unit, ModbusCommand.Space, count, ModbusCommand.Type, ModbusCommand.Words, ModbusCommand.Timeout,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var target = ModbusCommand.Target(parsed);
            var span = ModbusCommand.SpanOf(parsed, ModbusCommand.Address(parsed.GetValue(address)!), parsed.GetValue(count));
            var words = new ushort[span.Count];
            await using var bus = target.Open(screen.Time);
            var reply = await bus.ReadAsync(span, words, stop);
            if (!reply.IsOk)
                throw target.Failure(span, reply, bus.Health.LastFault);
            var values = RawValue.Of(span.Address, words);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(View(target, span, values), ToolsJson.Wire.RegistersView));
            else
                screen.Show(Draw(screen, parsed, span, values).Line(new(ModbusCommand.Place(target, span), Tint.Dim)));
            return Exit.Ok;
        });
        return command;
    }

    private static Page Draw(Screen screen, ParseResult parsed, RegisterSpan span, RawValue[] values)
    {
        if (ModbusPdu.IsBits(span.Space))
            return screen.NewPage().Table([Every[0], Every[1], new("BIT", true)], [.. values.Select(value => new Ink[] { Number(value.Address), Reference(span, value), Number(value.Word) })]);
        if (ModbusCommand.TypeOf(parsed.GetValue(ModbusCommand.Type)) is { } type)
            return screen.NewPage().Table([Every[0], Every[1], Every[2], new(parsed.GetValue(ModbusCommand.Type)!.ToUpperInvariant(), true)], Typed(span, values, new("", type) { Words = ModbusCommand.OrderOf(parsed) }));
        return screen.NewPage().Table(Every, [.. values.Select(value => new Ink[]
        {
            Number(value.Address), Reference(span, value), $"{value.Word:X4}", Number(value.Word), Number(value.Signed), Number(value.Wide), Number(value.WideSigned),
            RawValue.Show(value.Real), value.Text, Number(value.SwappedWide), Number(value.SwappedWideSigned), RawValue.Show(value.SwappedReal),
        })]);
    }

    private static List<Ink[]> Typed(RegisterSpan span, RawValue[] values, PointDefinition point)
    {
        var rows = new List<Ink[]>();
        for (var i = 0; i + point.Width <= values.Length; i += point.Width)
        {
            ushort[] words = [.. values.AsSpan(i, point.Width).ToArray().Select(value => value.Word)];
            var sample = Decoding.Number(point, Decoding.Bits(point, words));
            rows.Add([Number(values[i].Address), Reference(span, values[i]), string.Join(' ', words.Select(word => $"{word:X4}")), sample.IsKnown ? sample.Value.ToString(point.Type == RegisterType.F32 ? "G7" : "G15", CultureInfo.InvariantCulture) : "no number"]);
        }
        return rows;
    }

    private static Ink Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static Ink Reference(RegisterSpan span, RawValue value) => Spaces.Reference(span.Space, value.Address);

    private static RegistersView View(WireTarget target, RegisterSpan span, RawValue[] values) => new(target.Text, span.Unit, Spaces.Name(span.Space), [.. values.Select(value => new RegisterView(
        value.Address, Spaces.Reference(span.Space, value.Address), value.Word)
    {
        S16 = value.Signed ?? (short)value.Word,
        U32Abcd = value.Wide, S32Abcd = value.WideSigned ?? (int?)value.Wide, F32Abcd = value.Real,
        U32Cdab = value.SwappedWide, S32Cdab = value.SwappedWideSigned ?? (int?)value.SwappedWide, F32Cdab = value.SwappedReal,
        Text = value.Text,
    })]);
}
