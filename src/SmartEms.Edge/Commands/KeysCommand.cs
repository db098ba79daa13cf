using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using SmartEms.Edge.Core.Commanding;
using SmartEms.Edge.Syncing;

namespace SmartEms.Edge.Commands;

/// <summary>smartems keys: whose signed commands this box hears.</summary>
internal static class KeysCommand
{
    public static Command Build(Screen screen) => new("keys", "whose signed commands this box hears") { Pin(screen), Install(screen), Show(screen) };

    private static Command Pin(Screen screen)
    {
        var (file, replace) = (File("the root key's public half (PEM)"), new Option<bool>("--replace") { Description = "another root key is pinned already: put this one in its place" });
        var pin = new Command("pin", "pins the root key that signs the lists of operator keys; once, at commissioning") { file, RunCommand.Store, replace };
        pin.SetAction(parsed => Guarded(() =>
        {
            var keys = Files(parsed);
            using var root = KeyFiles.RootOf(parsed.GetValue(file)!);
            if (keys.IsPinned && !parsed.GetValue(replace))
                throw new Refusal(Exit.Failed, "already_pinned", $"{keys.RootFile} holds a root key already", "smartems keys pin FILE --replace puts another in its place; every list then has to be signed anew");
            keys.Pin(System.Text.Encoding.ASCII.GetBytes(root.ExportSubjectPublicKeyInfoPem() + "\n"));
            screen.Out.WriteLine($"root key {CommandSignature.IdOf(root):x16} is pinned");
        }));
        return pin;
    }

    private static Command Install(Screen screen)
    {
        var file = File("the signed list");
        var install = new Command("install", "takes a signed list of operator keys into use; only a newer one; the daemon reads it at its next start") { file, RunCommand.Store };
        install.SetAction(parsed => Guarded(() =>
        {
            using var list = Files(parsed).Install(KeyFiles.Bytes(parsed.GetValue(file)!));
            screen.Out.WriteLine($"version {list.Version} with {list.All.Count()} keys is in force from the next start on: systemctl restart smartems");
        }));
        return install;
    }

    private static Command Show(Screen screen)
    {
        var show = new Command("show", "the keys that are heard, and what each may do") { RunCommand.Store };
        show.SetAction(parsed => Guarded(() =>
        {
            var files = Files(parsed);
            using var list = files.Read();
            var view = new KeysView(files.IsPinned ? RootId(files) : null, list.Version, [.. list.All.Select(one => new KeyView($"{one.Id:x16}", one.Key.Name, one.Key.Role.ToString().ToLowerInvariant()))]);
            if (parsed.IsJson())
                screen.Json(JsonSerializer.SerializeToUtf8Bytes(view, CommandsJson.Wire.KeysView));
            else
                screen.Show(screen.NewPage().Row("root", view.Root ?? "none is pinned: no command from afar is heard").Row("version", $"{view.Version}")
                    .Table([new("KEY"), new("NAME"), new("ROLE")], [.. view.Keys.Select(key => (Ink[])[key.Id, key.Name, key.Role])]));
        }));
        return show;
    }

    private static string RootId(KeyFiles files)
    {
        using var root = files.Root();
        return $"{CommandSignature.IdOf(root):x16}";
    }

    private static Argument<string> File(string what) => new("file") { Description = what };

    private static KeyFiles Files(ParseResult parsed) => new(Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(RunCommand.Store)!))!);

    private static int Guarded(Action act)
    {
        try
        {
            act();
            return Exit.Ok;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or CryptographicException)
        {
            throw new Refusal(Exit.Failed, "keys_refused", failure.Message, "docs/mqtt.md says how keys are made and signed");
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new Refusal(Exit.NoPermission, "no_permission", failure.Message, "use sudo");
        }
    }
}

/// <summary>The keys for programs.</summary>
internal sealed record KeysView(string? Root, long Version, KeyView[] Keys);

/// <summary>One of them.</summary>
internal sealed record KeyView(string Id, string Name, string Role);
