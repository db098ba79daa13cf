using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using SmartEms.Edge.Core.Configuring;
using SmartEms.Edge.Core.Sensing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems profile show: one device model whole, for reading beside the vendor's document.</summary>
internal static class ProfileShowCommand
{
    private static readonly Column[] Columns =
        [new("POINT"), new("WHERE"), new("TYPE"), new("SCALE", true), new("UNIT"), new("ACCESS"), new("WEAR"), new("MEASURE")];

    public static Command Build(Screen screen)
    {
        var command = new Command("show", "one device model: link, points, controls, wear, fallback, source") { ProfileCommand.Name, CheckCommand.Profiles };
        command.SetAction(parsed =>
        {
            var profiles = CheckCommand.ProfilesOf(parsed);
            var profile = ProfileCommand.Find(profiles, parsed.GetValue(ProfileCommand.Name)!);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(ProfileCommand.View(profiles, profile), RunsJson.Wire.ProfileView));
            else
                screen.Show(Draw(profile, profiles.FileOf(profile.Name) ?? "built-in", screen.NewPage()));
            return Exit.Ok;
        });
        return command;
    }

    private static Page Draw(DeviceProfile profile, string from, Page page)
    {
        var link = profile.Link;
        page.Row("profile", new Ink(profile.Name, Tint.Bold), profile.Title, $"confidence {profile.Confidence}", from);
        page.Row("source", profile.Source);
        page.Row("link", $"port {link.DefaultPort}", $"unit {link.DefaultUnit}", $"timeout {link.TimeoutMs} ms", Some("gap", link.GapMs, "ms"), Some("same register after", link.RereadMs, "ms"),
            Some("between writes", link.WriteGapMs, "ms"), Some("wait after connect", link.WaitAfterConnectMs, "ms"), $"reads of at most {link.MaxRead}", $"over gaps of {link.MaxGap}",
            link.SingleClient ? new Ink("one client only", Tint.Warn) : "");
        foreach (var mark in profile.Identify)
            page.Row("known by", Of(mark), $"{mark.Weight} %", mark.Meaning);
        var rows = new List<Ink[]>();
        foreach (var point in profile.Points)
            rows.Add(Of(point));
        page.Table(Columns, rows);
        foreach (var control in profile.Controls)
            Control(control, page);
        return page;
    }

    private static void Control(ControlDefinition control, Page page)
    {
        page.Row("control", new Ink(ProfileWords.Of(ProfileWords.Controls, control.Kind), Tint.Bold), $"wear {ProfileWords.Of(ProfileWords.Wears, control.Wear)}",
            control.TimeoutMs == 0 ? new Ink("no timeout of its own", Tint.Warn) : $"timeout {control.TimeoutMs / 1000.0:0.###} s, refreshed every {control.TimeoutMs / 3000.0:0.#} s",
            control.Effect == Measure.None ? new Ink("no effect to see", Tint.Warn) : $"seen in {Measures.Fact(control.Effect).Name} within {control.EffectWithinMs / 1000.0:0.###} s");
        page.Row("fallback", control.Fallback.Length == 0 ? "not described" : control.Fallback);
        foreach (var one in control.Requires)
            page.Row("", "needs", $"{one.Point} = {Allowed.Text(one.Value)}", $"else: {one.Remedy}");
        Steps("arm", control.Arm, page);
        Steps("apply", control.Apply, page);
        if (control.Keep is { IsEmpty: true })
            page.Row("", "keep", "reading is enough");
        Steps("keep", control.Keep ?? [], page);
        Steps("release", control.Release, page);
        foreach (var mode in control.Native)
            Steps($"mode {ProfileWords.Of(ProfileWords.Natives, mode.Kind)}", mode.Steps, page);
    }

    private static void Steps(string label, ImmutableArray<ControlStep> steps, Page page)
    {
        if (steps.IsEmpty)
            return;
        var fields = new Ink[steps.Length + 1];
        fields[0] = label;
        for (var i = 0; i < steps.Length; i++)
            fields[i + 1] = Of(steps[i]);
        page.Row("", fields);
    }

    private static string Of(ControlStep step)
    {
        var value = step.Constant is { } constant ? $"{constant:0.###}" : step.PercentOf is { } whole ? $"target × {step.Factor:0.###} in % of {whole}" : $"target × {step.Factor:0.###}";
        var most = step.AtMost is { } limit ? $" (at most {limit})" : "";
        var when = step.When == StepCondition.Always ? "" : $" when {ProfileWords.Of(ProfileWords.Conditions, step.When)}";
        return $"{step.Point} = {value}{most}{when}";
    }

    private static Ink[] Of(PointDefinition point) =>
    [
        point.Name,
        point.IsDerived ? string.Join(" ", Array.ConvertAll(point.Terms.ToArray(), term => $"{(term.Factor < 0 ? "−" : "+")}{term.Point}")) : ProfileWords.Where(point),
        point.IsDerived ? "sum" : $"{ProfileWords.Of(ProfileWords.Types, point.Type)}{(point.Width > 1 && point.Type != RegisterType.Text ? $" {ProfileWords.Of(ProfileWords.Orders, point.Words)}" : "")}",
        point.IsDerived || point.Type == RegisterType.Text ? "" : $"{point.Scale:0.######}",
        point.Unit,
        point.Access == PointAccess.Read ? "" : $"{ProfileWords.Of(ProfileWords.Accesses, point.Access)} {ProfileWords.Of(ProfileWords.WriteFunctions, point.WriteWith)}",
        point.Access == PointAccess.Read ? "" : $"{ProfileWords.Of(ProfileWords.Wears, point.Wear)}{(point.WritesPerDay > 0 ? $" {point.WritesPerDay}/day" : "")}",
        point.Measure == Measure.None ? "" : Measures.Fact(point.Measure).Name,
    ];

    private static string Of(Fingerprint mark)
    {
        var test = mark.Contains is { } part ? $"contains {part}" : !mark.AnyOf.IsEmpty ? $"is {string.Join(" or ", mark.AnyOf)}" : $"is {Allowed.Text(mark.Min)} to {Allowed.Text(mark.Max)}";
        var where = mark.Model is { } model ? $"model {model} offset {mark.Address}" : $"{ProfileWords.Of(ProfileWords.Spaces, mark.Space)} {mark.Address}";
        return $"{where} {test}";
    }

    private static string Some(string what, int value, string unit) => value == 0 ? "" : $"{what} {value} {unit}";
}
