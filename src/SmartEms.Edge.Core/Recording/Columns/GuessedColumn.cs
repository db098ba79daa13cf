using System.Runtime.InteropServices;

namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>A column of whole numbers as distances from the guess that makes it shortest: the number before, the straight line through the two before
/// (steps of steps), or the number beside it in another column.</summary>
internal static class GuessedColumn
{
    private const byte Before = 0;
    private const byte Line = 1;
    private const byte Beside = 2;

    /// <summary>Writes numbers, at least one; <paramref name="beside"/> is as long, or empty where there is no such column.</summary>
    /// <param name="scale">What a number beside is multiplied by to be a guess.</param>
    public static void Write(PackWriter writer, ReadOnlySpan<long> numbers, ReadOnlySpan<long> beside = default, long scale = 1)
    {
        var (best, shortest) = (Before, int.MaxValue);
        for (var guess = Before; guess <= (beside.IsEmpty ? Line : Beside); guess++)
            if (Size(numbers, beside, scale, guess) is var size && size < shortest)
                (best, shortest) = (guess, size);

        writer.Byte(best);
        writer.Whole(numbers[0]);
        Span<ulong> room = stackalloc ulong[PackWriter.Block];
        for (var from = 0; from < numbers.Length; from += PackWriter.Block)
            writer.Column(Distances(numbers, beside, scale, (best, from), room));
    }

    /// <exception cref="InvalidDataException">No such column was written.</exception>
    public static void Read(ref PackReader reader, Span<long> numbers, ReadOnlySpan<long> beside = default, long scale = 1)
    {
        var guess = reader.Byte();
        if (guess > Beside || (guess == Beside && beside.IsEmpty))
            throw new InvalidDataException("A column is guessed in a way that nobody wrote.");
        var last = reader.Whole();
        reader.Column(MemoryMarshal.Cast<long, ulong>(numbers));
        unchecked
        {
            if (guess == Beside)
            {
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = (beside[i] * scale) + PackReader.Unfolded((ulong)numbers[i]);
                return;
            }

            var (step, keeps) = (0L, guess == Line ? -1L : 0);
            foreach (ref var number in numbers)
            {
                step = (step & keeps) + PackReader.Unfolded((ulong)number);
                number = last += step;
            }
        }
    }

    private static int Size(ReadOnlySpan<long> numbers, ReadOnlySpan<long> beside, long scale, byte guess)
    {
        Span<ulong> room = stackalloc ulong[PackWriter.Block];
        var size = 0;
        for (var from = 0; from < numbers.Length; from += PackWriter.Block)
            size += PackWriter.Size(Distances(numbers, beside, scale, (guess, from), room));
        return size;
    }

    /// <summary>The distances of one block, in the room given; none of it outlives the call, for a day of points is written at once.</summary>
    private static ReadOnlySpan<ulong> Distances(ReadOnlySpan<long> numbers, ReadOnlySpan<long> beside, long scale, (byte Guess, int From) what, Span<ulong> room)
    {
        var (guess, from) = what;
        room = room[..Math.Min(room.Length, numbers.Length - from)];
        unchecked
        {
            for (var i = 0; i < room.Length; i++)
            {
                var at = from + i;
                var guessed = guess == Beside ? beside[at] * scale : numbers[Math.Max(at - 1, 0)];
                if (guess == Line && at > 1)
                    guessed += numbers[at - 1] - numbers[at - 2];
                room[i] = PackWriter.Folded(numbers[at] - guessed);
            }
        }

        return room;
    }
}
