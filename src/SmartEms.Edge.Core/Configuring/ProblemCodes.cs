using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Configuring;

/// <summary>One entry of the catalogue of configuration problems: a stable code and what it stands for.</summary>
public readonly record struct ProblemCode(string Code, string Title)
{
    public Severity Severity => ProblemCodes.SeverityOf(Code);
}

/// <summary>Every code a configuration file can be answered with, once. E = the file is refused, W = printed only. Codes are never reused.</summary>
public static class ProblemCodes
{
    // The text itself
    public const string Syntax = "E100";
    public const string UnknownKey = "E101";
    public const string MissingKey = "E102";
    public const string WrongType = "E103";
    public const string OutOfRange = "E104";
    public const string DuplicateKey = "E105";
    public const string DuplicateName = "E106";
    public const string UnknownName = "E107";
    public const string UnknownWord = "E108";
    public const string TooLarge = "E109";
    public const string YamlFeature = "E110";
    public const string Version = "E111";
    public const string BadName = "E112";
    public const string BadConnect = "E113";

    // Device profiles
    public const string ProfileName = "E120";
    public const string Overlap = "E121";
    public const string BeyondTable = "E122";
    public const string InsideHole = "E123";
    public const string TooWide = "E124";
    public const string ScaleFactorType = "E125";
    public const string Derived = "E126";
    public const string Layout = "E127";
    public const string MeasureTwice = "E128";
    public const string ControlTwice = "E129";
    public const string NotWritable = "E130";
    public const string NotReadable = "E131";
    public const string Contradiction = "E132";
    public const string TypeMisfit = "E133";
    public const string UnitMismatch = "E134";
    public const string Widened = "E135";

    // Sites
    public const string LacksMeasure = "E150";
    public const string LacksControl = "E151";
    public const string SameAddress = "E152";
    public const string Order = "E153";
    public const string UsedTwice = "E154";
    public const string LineTwice = "E155";

    // Warnings
    public const string FlashNoTimeout = "W201";
    public const string FlashRefreshed = "W202";
    public const string Unverifiable = "W203";
    public const string SingleClient = "W204";
    public const string AboveFuse = "W205";
    public const string AboveRating = "W206";
    public const string NoFallback = "W207";
    public const string Unused = "W208";
    public const string ExportUnheld = "W209";
    public const string StopByClosing = "W230";
    public const string ChipByNumber = "W231";
    public const string Unencrypted = "W240";

    public static ImmutableArray<ProblemCode> All { get; } =
    [
        new(Syntax, "not valid YAML"),
        new(UnknownKey, "unknown key"),
        new(MissingKey, "missing key"),
        new(WrongType, "wrong kind of value"),
        new(OutOfRange, "value out of range"),
        new(DuplicateKey, "key written twice"),
        new(DuplicateName, "name given twice"),
        new(UnknownName, "name of something that does not exist"),
        new(UnknownWord, "not one of the allowed words"),
        new(TooLarge, "larger than a configuration may be"),
        new(YamlFeature, "YAML feature that is not read here"),
        new(Version, "version of the file that is not read here"),
        new(BadName, "not usable as a name"),
        new(BadConnect, "not an address a device can be reached at"),
        new(ProfileName, "profile does not carry the name of its file"),
        new(Overlap, "two points on the same registers"),
        new(BeyondTable, "point beyond the last register"),
        new(InsideHole, "point inside a hole"),
        new(TooWide, "point wider than one read"),
        new(ScaleFactorType, "scale factor that is not a sunssf point"),
        new(Derived, "derived point that cannot be computed"),
        new(Layout, "point that does not fit the layout"),
        new(MeasureTwice, "measure given by two points"),
        new(ControlTwice, "control described twice"),
        new(NotWritable, "step that writes a read-only point"),
        new(NotReadable, "point that cannot be read where it must be"),
        new(Contradiction, "keys that exclude each other"),
        new(TypeMisfit, "value, type or register table that do not fit together"),
        new(UnitMismatch, "unit that does not fit"),
        new(Widened, "wider than the measure allows"),
        new(LacksMeasure, "device that does not offer a needed measure"),
        new(LacksControl, "device that does not offer a needed control"),
        new(SameAddress, "two devices at one address"),
        new(Order, "limits in the wrong order"),
        new(UsedTwice, "device or control claimed by two parts"),
        new(LineTwice, "one line spoken to in two ways"),
        new(FlashNoTimeout, "setpoint in flash that stands for ever"),
        new(FlashRefreshed, "setpoint in flash that must be refreshed"),
        new(Unverifiable, "control whose effect nobody can see"),
        new(SingleClient, "device that allows one client only"),
        new(AboveFuse, "limit above what the fuse allows"),
        new(AboveRating, "limit above the rating beside it"),
        new(NoFallback, "timeout without a described fallback"),
        new(Unused, "described but used by nothing"),
        new(ExportUnheld, "more can be exported than allowed, and nothing can hold it back"),
        new(StopByClosing, "emergency stop that a broken wire disables"),
        new(ChipByNumber, "GPIO chip named by a number that may change"),
        new(Unencrypted, "broker spoken to without encryption"),
    ];

    /// <summary>The first letter of a code says how bad it is.</summary>
    public static Severity SeverityOf(string code) => code[0] == 'E' ? Severity.Error : Severity.Warning;
}
