using System.Net;
using System.Net.Sockets;
using SmartEms.Edge.Core.Describing;

namespace SmartEms.Edge.Tests.Adapters.Mqtt;

/// <summary>A port whose queue of callers is full and stays so: the kernel lets every further caller's first packet fall, as a host that is not there does.</summary>
internal sealed class DeafPort : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> callers = [];

    public DeafPort()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        for (var i = 0; i < 4; i++)
        {
            var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            callers.Add(caller);
            try
            {
                caller.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException under) when (under.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // waits in the queue, or before it
            }
        }
    }

    public BrokerAddress Address => new("127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port, false);

    public void Dispose()
    {
        callers.ForEach(caller => caller.Dispose());
        listener.Dispose();
    }
}
