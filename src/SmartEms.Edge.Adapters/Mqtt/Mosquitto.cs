using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SmartEms.Edge.Adapters.Kernel;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>A client of libmosquitto.</summary>
internal sealed class ClientHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Mosquitto.Destroy(handle);
        return true;
    }
}

/// <summary>Hears what the library has to say; called on the thread that drives it.</summary>
internal interface IMosquittoEar
{
    /// <param name="mostAliases">Topic aliases that the broker takes.</param>
    void Connected(int reason, int mostAliases);
    void Disconnected(int reason);
    void Published(int number, int reason);
    void Subscribed(int granted);
    void Received(in ReceivedMessage message);
    void Complained(string words);
}

/// <summary>A message as it came in; the spans live as long as the call.</summary>
internal readonly ref struct ReceivedMessage(string topic, ReadOnlySpan<byte> payload, int quality, nint properties)
{
    public string Topic { get; } = topic;
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>The library has confirmed it: that is what quality 1 asks for.</summary>
    public bool IsConfirmed { get; } = quality > 0;
    public string ContentType { get; } = Mosquitto.ReadText(properties, Mosquitto.PropertyContentType);
    public string ResponseTopic { get; } = Mosquitto.ReadText(properties, Mosquitto.PropertyResponseTopic);
    public byte[] Correlation { get; } = Mosquitto.ReadBytes(properties, Mosquitto.PropertyCorrelation);
}

/// <summary>The functions of libmosquitto 2 that the uplink calls, as mosquitto.h describes them.</summary>
internal static unsafe partial class Mosquitto
{
    public const int Ok = 0;
    public const int NoConnection = 4;
    public const int ConnectionLost = 7;
    public const int Tls = 8;
    public const int SystemError = 14;
    public const int LookupFailed = 15;
    public const int OptionProtocol = 1, OptionReceiveMaximum = 4, OptionSendMaximum = 5, OptionNoDelay = 11;
    public const int ProtocolV5 = 5;
    public const int PropertyContentType = 3, PropertyResponseTopic = 8, PropertyCorrelation = 9, PropertySessionExpiry = 17;
    public const int PropertyWillDelay = 24, PropertyReceiveMaximum = 33, PropertyTopicAliasMaximum = 34, PropertyTopicAlias = 35, PropertyMaximumPacketSize = 39;
    public const int VerifyPeer = 1;

    /// <summary>The oldest library that will do: MQTT 5 as a client is whole since 2.0.</summary>
    public const int OldestVersion = 2_000_000;

    private const string Library = "mosquitto";
    private static readonly SharedLibrary Shared = new(Library, "libmosquitto1", "libmosquitto.so.1");

    /// <summary>Loads the library and checks what was found; to be called before anything else here.</summary>
    /// <exception cref="NativeLibraryMissingException">Absent, or older than 2.0.</exception>
    public static void Load()
    {
        var place = Shared.Load();
        var version = Version(out var major, out var minor, out var revision);
        if (version < OldestVersion)
            throw Shared.Complaint($"libmosquitto 2.0 or newer is missing: {place} is {major}.{minor}.{revision}.");
        _ = Initialise();
    }

    /// <summary>A client that speaks MQTT 5 and tells <paramref name="ear"/>; the handle of the ear is the caller's to free.</summary>
    public static ClientHandle Create(string id, bool isClean, GCHandle ear)
    {
        var client = New(id, isClean, GCHandle.ToIntPtr(ear));
        if (client.IsInvalid)
            return client;
        SetConnected(client, &OnConnected);
        SetDisconnected(client, &OnDisconnected);
        SetPublished(client, &OnPublished);
        SetSubscribed(client, &OnSubscribed);
        SetReceived(client, &OnReceived);
        SetLog(client, &OnLog);
        return client;
    }

    /// <summary>From now on nothing is told of what the library does: it writes a line for every packet.</summary>
    public static void StopTelling(ClientHandle client) => SetLog(client, null);

    public static string Words(int error) => Marshal.PtrToStringUTF8(ErrorText(error)) ?? $"error {error}";

    public static string ReasonWords(int reason) => Marshal.PtrToStringUTF8(ReasonText(reason)) ?? $"reason {reason}";

    public static string ReadText(nint properties, int identifier)
    {
        if (properties == 0 || ReadString(properties, identifier, out var text, false) == 0 || text == 0)
            return "";
        var read = Marshal.PtrToStringUTF8(text) ?? "";
        NativeMemory.Free((void*)text);
        return read;
    }

    public static byte[] ReadBytes(nint properties, int identifier)
    {
        if (properties == 0 || ReadBinary(properties, identifier, out var bytes, out var length, false) == 0 || bytes == 0)
            return [];
        var read = new ReadOnlySpan<byte>((void*)bytes, length).ToArray();
        NativeMemory.Free((void*)bytes);
        return read;
    }

    /// <summary>0 where it is not told.</summary>
    private static int ReadShort(nint properties, int identifier) => properties != 0 && ReadInt16(properties, identifier, out var value, false) != 0 ? value : 0;

    private static IMosquittoEar Ear(nint ear) => (IMosquittoEar)GCHandle.FromIntPtr(ear).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnConnected(nint client, nint ear, int reason, int flags, nint properties) => Ear(ear).Connected(reason, ReadShort(properties, PropertyTopicAliasMaximum));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDisconnected(nint client, nint ear, int reason, nint properties) => Ear(ear).Disconnected(reason);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPublished(nint client, nint ear, int number, int reason, nint properties) => Ear(ear).Published(number, reason);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSubscribed(nint client, nint ear, int number, int count, int* granted, nint properties) => Ear(ear).Subscribed(count > 0 ? granted[0] : 128);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReceived(nint client, nint ear, Message* message, nint properties) =>
        Ear(ear).Received(new(Marshal.PtrToStringUTF8(message->Topic) ?? "", new(message->Payload, message->Length), message->Quality, properties));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint client, nint ear, int level, nint words)
    {
        const int error = 8, warning = 4;
        if ((level & (error | warning)) != 0)
            Ear(ear).Complained(Marshal.PtrToStringUTF8(words) ?? "");
    }

    /// <summary>struct mosquitto_message.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public int Number;
        public nint Topic;
        public void* Payload;
        public int Length;
        public int Quality;
        public byte Retain;
    }

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_v5_callback_set")]
    private static partial void SetConnected(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5_callback_set")]
    private static partial void SetDisconnected(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5_callback_set")]
    private static partial void SetPublished(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5_callback_set")]
    private static partial void SetSubscribed(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, int, int*, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_message_v5_callback_set")]
    private static partial void SetReceived(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, Message*, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_log_callback_set")]
    private static partial void SetLog(ClientHandle client, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> heard);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_int16")]
    private static partial nint ReadInt16(nint properties, int identifier, out ushort value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_string")]
    private static partial nint ReadString(nint properties, int identifier, out nint value, [MarshalAs(UnmanagedType.U1)] bool skipFirst);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_read_binary")]
    private static partial nint ReadBinary(nint properties, int identifier, out nint value, out ushort length, [MarshalAs(UnmanagedType.U1)] bool skipFirst);
}
