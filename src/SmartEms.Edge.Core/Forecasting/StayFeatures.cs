using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Forecasting;

/// <summary>A stay that goes on, as its departure is foretold from.</summary>
/// <param name="Before">Earlier stays of the same user or charger, the oldest first; those that ended after <paramref name="PluggedIn"/> are not looked at.</param>
/// <param name="PluggedIn">Its begin.</param>
/// <param name="WantedWh">What the car wants in this stay; null = nobody knows.</param>
/// <param name="Clock">Local time.</param>
public readonly record struct StayQuestion(ImmutableArray<EvStay> Before, Instant PluggedIn, double? WantedWh, LocalClock Clock);

/// <summary>What is known of a moment of a stay, as a row of numbers; NaN = not known. Hours are counted from midnight of the day the car came.</summary>
public sealed class StayFeatures
{
    public const int Count = 32;

    private const int HoursPerDay = 24;
    private const double RatedWatts = 11_000;

    /// <summary>A stay counts half when it began so many hours earlier or later in its day; in the narrower look a quarter at half of that.</summary>
    private const double LikeHours = 3;
    private const double AlikeHours = 1.5;

    /// <summary>Of the weight of the stay after it.</summary>
    private const double Ageing = 0.98;

    /// <summary>What a stay counts when the day after it is free and the day after this one is not, or the other way round; when the day itself is; when it is another day of the week.</summary>
    private const double OtherNextDay = 0.3;
    private const double OtherDay = 0.8;
    private const double OtherWeekday = 0.6;

    /// <summary>So much weight without a departure is added, lest one stay be taken for a rule.</summary>
    private const double Doubt = 0.3;

    private readonly Weighed[] _stays;
    private readonly float[] _constant = new float[Count];
    private readonly (double P10, double P50, double P90, double Mean, double Likest) _ends;
    private readonly double _begin, _weights, _turned;
    private readonly int _weekday;
    private readonly double? _wanted;

    /// <summary>A stay as this one sees it: hours to its begin and end, and what it counts among those like this one, those most alike, and those of such a day.</summary>
    private readonly record struct Weighed(double Begin, double End, double Weight, double Alike, double OfDay, double ChargedWh)
    {
        public double Hours => End - Begin;
    }

    public StayFeatures(StayQuestion question)
    {
        var (clock, pluggedIn) = (question.Clock, question.PluggedIn);
        _begin = clock.MinuteOfDay(pluggedIn) / 60.0;
        _weekday = Weekday(clock.DayOf(pluggedIn));
        _wanted = question.WantedWh;
        var known = Known(question);
        _stays = Weigh(known, question);
        foreach (var stay in _stays)
            (_weights, _turned) = (_weights + stay.Weight, _turned + stay.OfDay);
        _ends = _stays.Length == 0 ? (double.NaN, double.NaN, double.NaN, double.NaN, double.NaN) : Ends();
        Constant(known, question);
    }

    /// <summary>The earlier stays, what each counts among those like this one, and what was charged, Wh.</summary>
    public IEnumerable<(double Weight, double ChargedWh)> Like => _stays.Select(stay => (stay.Weight, stay.ChargedWh));

    /// <summary>The row of a moment.</summary>
    /// <param name="hours">Since the car came.</param>
    /// <param name="half">Half the step's length, h: the moment is its middle.</param>
    /// <param name="row"><see cref="Count"/> places.</param>
    public void Write(double hours, double half, Span<float> row)
    {
        _constant.CopyTo(row);
        var (at, from, to) = (_begin + hours, _begin + hours - half, _begin + hours + half);
        row[0] = (float)hours;
        row[1] = (float)(at % HoursPerDay);
        row[4] = (_weekday + (int)(at / HoursPerDay)) % 7;
        if (_wanted is { } wanted)
            row[6] = (float)(hours - (wanted / RatedWatts));
        if (_stays.Length == 0)
            return;
        Rates(from, to, row);
        Shares(from, row);
        row[24] = (float)Around(at - _stays[^1].End);
        row[25] = (float)(at - _ends.P10);
        row[26] = (float)(at - _ends.P50);
        row[27] = (float)(at - _ends.P90);
        row[28] = (float)(hours - _ends.Likest);
        row[31] = (float)(_ends.Mean - at);
    }

    /// <summary>Saturday and Sunday are 5 and 6; 1970-01-01 was a Thursday.</summary>
    private static int Weekday(long day) => (int)((((day + 3) % 7) + 7) % 7);

    private static bool IsFree(int weekday) => weekday % 7 >= 5;

    private static EvStay[] Known(StayQuestion question)
    {
        var known = new List<EvStay>(question.Before.Length);
        foreach (var stay in question.Before)
            if (stay.PluggedOut <= question.PluggedIn && stay.PluggedOut > stay.PluggedIn)
                known.Add(stay);
        return [.. known];
    }

    private Weighed[] Weigh(EvStay[] known, StayQuestion question)
    {
        var (weighed, age) = (new Weighed[known.Length], 1.0);
        for (var i = known.Length - 1; i >= 0; i--, age *= Ageing)
        {
            var began = question.Clock.MinuteOfDay(known[i].PluggedIn) / 60.0;
            var weekday = Weekday(question.Clock.DayOf(known[i].PluggedIn));
            var apart = Math.Abs(Around(began - _begin));
            var (like, alike) = (apart / LikeHours, 1 + (apart / AlikeHours * (apart / AlikeHours)));
            var (next, same) = (IsFree(weekday + 1) == IsFree(_weekday + 1), IsFree(weekday) == IsFree(_weekday));
            weighed[i] = new(began, began + Hours(known[i]),
                age / (1 + (like * like)) * (next ? 1 : OtherNextDay) * (same ? 1 : OtherDay),
                age / (alike * alike) * (next ? 1 : OtherNextDay) * (weekday == _weekday ? 1 : OtherWeekday),
                age * (next ? 1 : 0.5),
                known[i].ChargedWh);
        }
        return weighed;
    }

    /// <summary>By when a tenth, half and nine tenths of like stays had ended, when they ended on average, and how long the likest lasted.</summary>
    private (double, double, double, double, double) Ends()
    {
        var byEnd = _stays.ToArray();
        Array.Sort(byEnd, (a, b) => a.End.CompareTo(b.End));
        var (gone, mean, likest) = (0.0, 0.0, byEnd[0]);
        var ends = (P10: double.NaN, P50: double.NaN, P90: double.NaN);
        foreach (var stay in byEnd)
        {
            gone += stay.Weight;
            mean += stay.Weight * stay.End;
            if (double.IsNaN(ends.P10) && gone >= 0.1 * _weights)
                ends.P10 = stay.End;
            if (double.IsNaN(ends.P50) && gone >= 0.5 * _weights)
                ends.P50 = stay.End;
            if (double.IsNaN(ends.P90) && gone >= 0.9 * _weights)
                ends.P90 = stay.End;
            if (stay.Weight > likest.Weight)
                likest = stay;
        }
        return (ends.P10, ends.P50, ends.P90, mean / _weights, likest.Hours);
    }

    /// <summary>What does not change while the car is there.</summary>
    private void Constant(EvStay[] known, StayQuestion question)
    {
        Array.Fill(_constant, float.NaN);
        (_constant[2], _constant[3], _constant[7]) = ((float)_begin, _weekday, known.Length);
        if (_wanted is { } wanted)
            _constant[5] = (float)(wanted / RatedWatts);
        if (known.Length == 0)
            return;
        var (longs, shorts, energy, lately, recent) = (0, 0.0, 0.0, 0, (Hours: 0.0, Wh: 0.0, Of: 0));
        var byLength = new double[known.Length];
        for (var i = 0; i < known.Length; i++)
        {
            byLength[i] = Hours(known[i]);
            longs += byLength[i] > 6 ? 1 : 0;
            shorts += byLength[i] < 4 ? _stays[i].Weight : 0;
            energy += known[i].ChargedWh;
            lately += question.PluggedIn - known[i].PluggedIn < TimeSpan.FromDays(28) ? 1 : 0;
            recent.Hours += known.Length - i <= 5 ? byLength[i] : 0;
            recent.Wh += known.Length - i <= 10 ? known[i].ChargedWh : 0;
        }
        Array.Sort(byLength);
        var meanWh = recent.Wh / Math.Min(10, known.Length);
        _constant[8] = (float)Hours(known[^1]);
        _constant[9] = (float)(recent.Hours / Math.Min(5, known.Length));
        _constant[10] = (float)byLength[byLength.Length / 2];
        _constant[11] = (float)((question.PluggedIn - known[^1].PluggedOut).Ticks / (double)TimeSpan.TicksPerHour);
        _constant[12] = (float)longs / known.Length;
        _constant[17] = (float)(shorts / _weights);
        _constant[18] = (float)meanWh;
        _constant[29] = lately;
        _constant[30] = (float)(energy / Math.Max(1, (question.PluggedIn - known[0].PluggedIn).Ticks / (double)TimeSpan.TicksPerDay));
        if (_wanted is { } wants)
            _constant[19] = (float)(wants / Math.Max(500, meanWh));
    }

    /// <summary>Departures per hour among the like, the most alike, and by the length of stays.</summary>
    private void Rates(double from, double to, Span<float> row)
    {
        var (like, alike, lasting) = (default((double There, double Left)), default((double There, double Left)), default((double There, double Left)));
        var (since, until) = (from - _begin - 1, to - _begin + 1);
        foreach (var stay in _stays)
        {
            if (stay.End > from - 0.75)
                like = (like.There + stay.Weight, like.Left + (stay.End <= to + 0.75 ? stay.Weight : 0));
            if (stay.End > from - 0.5)
                alike = (alike.There + stay.Alike, alike.Left + (stay.End <= to + 0.5 ? stay.Alike : 0));
            if (stay.Hours > since)
                lasting = (lasting.There + stay.OfDay, lasting.Left + (stay.Hours <= until ? stay.OfDay : 0));
        }
        row[13] = (float)(like.Left / (Doubt + like.There) / (to - from + 1.5));
        row[14] = (float)like.There;
        row[15] = (float)(alike.Left / (Doubt + alike.There) / (to - from + 1));
        row[16] = (float)alike.There;
        row[21] = (float)(lasting.Left / (Doubt + lasting.There) / (to - from + 2));
    }

    /// <summary>Which part of all departures lies at this hour of the day, and which part of the like stays goes on for two and for six hours more.</summary>
    private void Shares(double from, Span<float> row)
    {
        var (here, there, two, six) = (0.0, Doubt, Doubt / 2, Doubt / 3);
        foreach (var stay in _stays)
        {
            here += Math.Abs(Around(stay.End - from)) < 1 ? stay.OfDay : 0;
            there += stay.End > from ? stay.Weight : 0;
            two += stay.End > from + 2 ? stay.Weight : 0;
            six += stay.End > from + 6 ? stay.Weight : 0;
        }
        (row[20], row[22], row[23]) = ((float)(here / _turned), (float)(two / there), (float)(six / there));
    }

    private static double Hours(EvStay stay) => (stay.PluggedOut - stay.PluggedIn).Ticks / (double)TimeSpan.TicksPerHour;

    /// <summary>A difference of hours of the day, -12 to 12.</summary>
    private static double Around(double hours)
    {
        var rest = hours % HoursPerDay;
        return rest >= 12 ? rest - HoursPerDay : rest < -12 ? rest + HoursPerDay : rest;
    }
}
