namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>A column of whole numbers as distances from the guess that makes it shortest: the number before, the straight line through the two before
/// (steps of steps), or the number beside it in another column.</summary>
internal static class GuessedColumn
{
    private const byte Before = 0;
    private const byte Line = 1;
    private const byte Beside = 2;

    /// <summary>Writes numbers, at least one; <paramref name="beside"/> is as long, or empty where there is no such column.</summary>
    public static void Write(PackWriter writer, ReadOnlySpan<long> numbers, ReadOnlySpan<long> beside)
    {
        var (best, shortest) = (Before, Distances(numbers, beside, Before));
        var size = PackWriter.Size(shortest);
        for (var guess = Line; guess <= (beside.IsEmpty ? Line : Beside); guess++)
        {
            var distances = Distances(numbers, beside, guess);
            if (PackWriter.Size(distances) is var other && other < size)
                (best, shortest, size) = (guess, distances, other);
        }

        writer.Byte(best);
        writer.Whole(numbers[0]);
        writer.Column(shortest);
    }

    /// <exception cref="InvalidDataException">No such column was written.</exception>
    public static void Read(ref PackReader reader, Span<long> numbers, ReadOnlySpan<long> beside)
    {
        var guess = reader.Byte();
        var last = reader.Whole();
        if (guess > Beside || (guess == Beside && beside.IsEmpty))
            throw new InvalidDataException("A column is guessed in a way that nobody wrote.");
        var distances = new ulong[numbers.Length];
        reader.Column(distances);
        unchecked
        {
            if (guess == Beside)
            {
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = beside[i] + PackReader.Unfolded(distances[i]);
                return;
            }

            var step = 0L;
            for (var i = 0; i < numbers.Length; i++)
            {
                var distance = PackReader.Unfolded(distances[i]);
                step = guess == Line ? step + distance : distance;
                numbers[i] = last += step;
            }
        }
    }

    private static ulong[] Distances(ReadOnlySpan<long> numbers, ReadOnlySpan<long> beside, byte guess)
    {
        var distances = new ulong[numbers.Length];
        var (last, step) = (numbers[0], 0L);
        unchecked
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                distances[i] = PackWriter.Folded(guess == Beside ? numbers[i] - beside[i] : numbers[i] - last - (guess == Line ? step : 0));
                (last, step) = (numbers[i], numbers[i] - last);
            }
        }

        return distances;
    }
}
