using System.Collections.Immutable;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>What was learnt of both series at every learnt lead.</summary>
internal sealed record Lessons(ImmutableArray<Lesson> Load, ImmutableArray<Lesson> Pv)
{
    public static Lessons Fresh(Grid grid) => new(Fresh(Kind.Load, grid), Fresh(Kind.Pv, grid));

    public ImmutableArray<Lesson> Of(Kind kind) => kind == Kind.Load ? Load : Pv;

    /// <summary>The lesson that stands for a lead: the next longer one.</summary>
    public Lesson For(Kind kind, int lead)
    {
        var lessons = Of(kind);
        var place = 0;
        while (place < lessons.Length - 1 && lead > lessons[place].Lead)
            place++;
        return lessons[place];
    }

    /// <summary>Learns at the end of a full hour: from what is known now, and with that looks ahead to what will be known later.</summary>
    public Lessons After(Past past)
    {
        var (load, pv) = (Copy(Load), Copy(Pv));
        Learn(past, Kind.Load, load);
        Learn(past, Kind.Pv, pv);
        return new(load, pv);
    }

    /// <summary>Some hours were not seen.</summary>
    public Lessons Skip(long fromHour, long toHour)
    {
        var (load, pv) = (Copy(Load), Copy(Pv));
        foreach (var lesson in load.Concat(pv))
            lesson.Skip(fromHour, toHour);
        return new(load, pv);
    }

    private static void Learn(Past past, Kind kind, ImmutableArray<Lesson> lessons)
    {
        var (hour, values) = (past.Grid.StepsPerHour, past.Of(kind).Values);
        var now = (past.First + past.Count) / hour;
        var origin = new Origin(past, kind);
        foreach (var lesson in lessons)
        {
            var target = past.Count - (lesson.HoursAhead * hour) + lesson.Lead - 1;
            if (target >= 0)
                lesson.Learn(now, (past.First + target) / hour, values[target]);
            if (origin.Look(lesson.Lead, lesson))
                lesson.Note(now, origin.Sight);
            else
                lesson.NoteNothing(now);
        }
    }

    private static ImmutableArray<Lesson> Copy(ImmutableArray<Lesson> lessons)
    {
        var copies = ImmutableArray.CreateBuilder<Lesson>(lessons.Length);
        foreach (var lesson in lessons)
            copies.Add(lesson.Copy());
        return copies.MoveToImmutable();
    }

    private static ImmutableArray<Lesson> Fresh(Kind kind, Grid grid)
    {
        var lessons = ImmutableArray.CreateBuilder<Lesson>();
        foreach (var lead in Leads.Of(grid))
            lessons.Add(new(kind, grid, lead));
        return lessons.ToImmutable();
    }
}
