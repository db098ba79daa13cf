using System.Buffers.Binary;

namespace SmartEms.Edge.Adapters.Modbus;

/// <summary>Damages the bytes of a good reply as a misbehaviour commands; everything that needs time or a socket is the slave's own affair.</summary>
/// <remarks>Payload bits are left alone: TCP carries no Modbus checksum, so no master could tell.</remarks>
internal sealed class ReplyDamage(ulong seed)
{
    /// <summary>Room a damaged reply may need: a duplicate is the longest.</summary>
    public const int MaxLength = 2 * Mbap.MaxFrame;

    private readonly byte[] _previous = new byte[Mbap.MaxFrame];
    private SeededBytes _chance = new(seed);
    private int _previousLength;

    /// <summary>Damages the frame in place (the buffer holds <see cref="MaxLength"/>) and returns its new length; 0 = nothing is sent.</summary>
    public int Apply(MisbehaviourKind kind, Span<byte> frame, int length)
    {
        Span<byte> good = stackalloc byte[Mbap.MaxFrame];
        frame[..length].CopyTo(good);
        int damaged = Damage(kind, frame, length);
        good[..length].CopyTo(_previous);
        _previousLength = length;
        return damaged;
    }

    private int Damage(MisbehaviourKind kind, Span<byte> frame, int length)
    {
        switch (kind)
        {
            case MisbehaviourKind.Garbage:
                return Garbage(frame);
            case MisbehaviourKind.WrongTransactionId:
                Shift(frame, 0);
                return length;
            case MisbehaviourKind.ProtocolIdNonZero:
                frame[3] = 1;
                return length;
            case MisbehaviourKind.LengthLie:
                Shift(frame, 4);
                return length;
            case MisbehaviourKind.WrongUnit:
                frame[6] ^= 1;
                return length;
            case MisbehaviourKind.WrongFunction:
                frame[7] ^= 7;
                return length;
            case MisbehaviourKind.ByteCountLie:
                frame[8] ^= 1;
                return length;
            case MisbehaviourKind.Duplicate:
                frame[..length].CopyTo(frame[length..]);
                return 2 * length;
            case MisbehaviourKind.PreviousReply:
                _previous.AsSpan(0, _previousLength).CopyTo(frame);
                return _previousLength;
            case MisbehaviourKind.Fuzz:
                return Fuzz(frame, length);
            default:
                return length;
        }
    }

    private int Fuzz(Span<byte> frame, int length)
    {
        switch (_chance.Next(8))
        {
            case 0:
                return length;
            case 1:
                return _chance.Next(length);
            case 2:
                int more = 1 + _chance.Next(32);
                _chance.Fill(frame.Slice(length, more));
                return length + more;
            case 3:
                return Garbage(frame);
            case 4:
                return Damage(MisbehaviourKind.PreviousReply, frame, length);
            case 5:
                return Damage((MisbehaviourKind)((int)MisbehaviourKind.WrongTransactionId + _chance.Next(6)), frame, length);
            default:
                // The framing is the MBAP header, the function code and the byte after it.
                for (int flips = 1 + _chance.Next(3); flips > 0; flips--)
                    frame[_chance.Next(9)] ^= (byte)(1 << _chance.Next(8));
                return length;
        }
    }

    private int Garbage(Span<byte> frame)
    {
        int length = 1 + _chance.Next(64);
        _chance.Fill(frame[..length]);
        return length;
    }

    private static void Shift(Span<byte> frame, int at)
    {
        ushort word = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[at..], unchecked((ushort)(word + 1)));
    }
}
