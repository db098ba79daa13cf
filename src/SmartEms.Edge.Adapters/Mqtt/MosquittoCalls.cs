using System.Runtime.InteropServices;

namespace SmartEms.Edge.Adapters.Mqtt;

/// <summary>The plain calls of the binding.</summary>
internal static unsafe partial class Mosquitto
{
    /// <summary>MQTT 5, 3.12.</summary>
    private static ReadOnlySpan<byte> PingRequest => [0xC0, 0];

    /// <summary>Asks the broker whether it is there, with the smallest packet there is. The library pings by a clock of its own and has no call for it, so the two bytes go
    /// the way its own packets go: between them, where nothing of it waits to be written, and into a socket that has room. What comes back it takes in silence.</summary>
    /// <returns>False when it was not written.</returns>
    public static bool Ping(ClientHandle client)
    {
        const int noSignal = 0x4000; // MSG_NOSIGNAL of send(2)
        var (tls, length) = (Encryption(client), PingRequest.Length);
        fixed (byte* request = PingRequest)
        {
            if (tls == 0)
                return Send(Socket(client), request, (nuint)length, noSignal) == length;
            // SSL_write of the very OpenSSL that the library was linked with; where that is built in, the smallest question that the library has a call for.
            return Shared.AddressOf("SSL_write") is var write and not 0
                ? ((delegate* unmanaged[Cdecl]<nint, byte*, int, int>)write)(tls, request, length) == length
                : Unsubscribe(client, 0, "-") == Ok;
        }
    }

    [LibraryImport(Library, EntryPoint = "mosquitto_unsubscribe", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unsubscribe(ClientHandle client, nint number, string filter);

    /// <summary>The session's SSL of OpenSSL; 0 where nothing is encrypted.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_ssl_get")]
    private static partial nint Encryption(ClientHandle client);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int socket, byte* bytes, nuint count, int flags);

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_version")]
    private static partial int Version(out int major, out int minor, out int revision);

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    private static partial int Initialise();

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror")]
    private static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "mosquitto_reason_string")]
    private static partial nint ReasonText(int reason);

    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial ClientHandle New(string id, [MarshalAs(UnmanagedType.U1)] bool isClean, nint ear);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    public static partial int Option(ClientHandle client, int option, int value);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Credentials(ClientHandle client, string user, string? password);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsFiles(ClientHandle client, string trust, string? trustFolder, string? certificate, string? key, nint passphrase = 0);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_opts_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TlsOptions(ClientHandle client, int verify, string version, string? ciphers);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Will(ClientHandle client, string topic, int length, ReadOnlySpan<byte> payload, int quality, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    /// <summary>With no host: keeps the properties of the first packet, refuses, and connects to nobody. With one it would wait for the kernel, two minutes and more.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int KeepProperties(ClientHandle client, string? host, int port, int keepAlive, string? from, nint properties);

    /// <summary>Resolves the name, which waits for the resolver, and begins to connect, which waits for nobody.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_async", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Connect(ClientHandle client, string host, int port, int keepAlive, string? from);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5")]
    public static partial int Disconnect(ClientHandle client, int reason, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Publish(ClientHandle client, out int number, string? topic, int length, ReadOnlySpan<byte> payload, int quality, [MarshalAs(UnmanagedType.U1)] bool retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_subscribe_v5", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Subscribe(ClientHandle client, nint number, string filter, int quality, int options, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_socket")]
    public static partial int Socket(ClientHandle client);

    [LibraryImport(Library, EntryPoint = "mosquitto_want_write")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool WantsToWrite(ClientHandle client);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_read")]
    public static partial int Read(ClientHandle client, int most);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop_write")]
    public static partial int Write(ClientHandle client, int most);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int16")]
    public static partial int AddShort(ref nint properties, int identifier, ushort value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_int32")]
    public static partial int AddWhole(ref nint properties, int identifier, uint value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddText(ref nint properties, int identifier, string value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_binary")]
    public static partial int AddBytes(ref nint properties, int identifier, ReadOnlySpan<byte> value, ushort length);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_free_all")]
    public static partial void FreeAll(ref nint properties);
}
