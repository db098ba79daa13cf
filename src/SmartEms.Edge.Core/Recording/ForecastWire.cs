using SmartEms.Edge.Core.Forecasting;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Recording;

/// <summary>What the forecaster has measured and learnt, as bytes and back: about 240 kB at quarter-hours.</summary>
public static class ForecastWire
{
    private const byte Form = 1;

    /// <summary>One NaN for all machines: what arithmetic leaves differs in its sign.</summary>
    private const int NotANumber = 0x7FC00000;

    public static byte[] ToBytes(Past past)
    {
        var to = new WireWriter();
        to.Byte(Form);
        to.Byte((byte)past.StepMinutes);
        to.Byte((byte)past.Production);
        OutsideWire.Clock(to, past.Clock);
        to.Whole(past.First);
        to.Count((ulong)past.Count);
        foreach (var offset in past.Offsets)
            to.Byte((byte)(offset + 128));
        foreach (var track in (Track[])[past.Load, past.Pv])
        {
            Write(to, track.Values);
            to.Count((ulong)track.Misses.Length);
            Write(to, track.Misses);
        }
        foreach (var lesson in past.Lessons.Load.AddRange(past.Lessons.Pv))
            Write(to, lesson);
        return to.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/> on damage.</summary>
    public static Past FromBytes(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (from.Byte() != Form)
            throw new InvalidDataException("a forecaster's past of an unknown form");
        var minutes = from.Byte();
        if (minutes is < 5 or > 60 || 60 % minutes != 0)
            throw new InvalidDataException($"record damaged: a step of {minutes} minutes");
        var production = WireReader.Known((Production)from.Byte());
        var clock = OutsideWire.Clock(ref from);
        var past = Past.Empty(minutes, clock, production);
        var first = from.Whole(0, int.MaxValue * 2L);
        var offsets = new sbyte[from.Length(atLeastBytesEach: 9)];
        if (offsets.Length > Past.DaysKept * past.Grid.StepsPerDay)
            throw new InvalidDataException($"record damaged: {offsets.Length} steps are more than are kept");
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = (sbyte)(from.Byte() - 128);
        var (load, pv) = (Track(ref from, offsets.Length), Track(ref from, offsets.Length));
        var lessons = Lessons.Fresh(past.Grid);
        foreach (var lesson in lessons.Load.AddRange(lessons.Pv))
            Read(ref from, lesson);
        return from.IsAtEnd ? past.Restored(first, offsets, (load, pv), lessons) : throw new InvalidDataException("a forecaster's past is damaged: something follows its end");
    }

    private static Track Track(ref WireReader from, int count)
    {
        var values = new float[count];
        Read(ref from, values);
        foreach (var value in values)
            if (value < 0)
                throw new InvalidDataException($"record damaged: a measured {value}");
        var misses = new float[from.Length(atLeastBytesEach: 4)];
        Read(ref from, misses);
        return misses.Length <= count ? new(values, misses) : throw new InvalidDataException($"record damaged: {misses.Length} misses of {count} steps");
    }

    private static void Write(WireWriter to, Lesson lesson)
    {
        foreach (var number in lesson.Regression.Weights)
            to.Number(number);
        foreach (var number in lesson.Regression.Covariance)
            to.Number(number);
        to.Number(lesson.Mixture.Error);
        Write(to, lesson.Mixture.Shares);
        Write(to, lesson.Widths);
        Write(to, lesson.Residuals);
        Write(to, lesson.Foretold);
    }

    /// <summary>Into a lesson nobody holds yet.</summary>
    private static void Read(ref WireReader from, Lesson lesson)
    {
        foreach (ref var number in lesson.Regression.Weights.AsSpan())
            number = from.Finite();
        foreach (ref var number in lesson.Regression.Covariance.AsSpan())
            number = from.Finite();
        lesson.Mixture.Error = from.Finite();
        Read(ref from, lesson.Mixture.Shares);
        Read(ref from, lesson.Widths);
        foreach (var learnt in (float[])[.. lesson.Mixture.Shares, .. lesson.Widths])
            if (float.IsNaN(learnt))
                throw new InvalidDataException("record damaged: what was learnt is not a number");
        Read(ref from, lesson.Residuals);
        Read(ref from, lesson.Foretold);
    }

    private static void Write(WireWriter to, float[] numbers)
    {
        foreach (var number in numbers)
            to.Bits(float.IsNaN(number) ? NotANumber : BitConverter.SingleToInt32Bits(number));
    }

    private static void Read(ref WireReader from, float[] numbers)
    {
        foreach (ref var number in numbers.AsSpan())
            number = BitConverter.Int32BitsToSingle(from.Bits()) is var read && !float.IsInfinity(read) ? read : throw new InvalidDataException("record damaged: an infinite number");
    }
}
