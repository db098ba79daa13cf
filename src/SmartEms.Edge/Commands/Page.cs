using System.Text;

namespace SmartEms.Edge.Commands;

/// <summary>How a piece of text is meant; shown as a colour where there is any.</summary>
internal enum Tint
{
    None,
    Good,
    Warn,
    Bad,
    Dim,
    Bold,
}

/// <summary>A piece of text and how it is meant.</summary>
internal sealed record Ink(string Text, Tint Tint = Tint.None)
{
    public static implicit operator Ink(string text) => new(text);
}

/// <summary>Plain text put together in labelled rows and tables that fold at the screen's width; colour only says again what the words say.</summary>
internal sealed class Page(ScreenTraits traits)
{
    private const int LabelWidth = 10;
    private const string Gap = "   ";
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    /// <summary>Fields in one line, folding between fields and, where one alone is too long, between words.</summary>
    public Page Row(string label, params ReadOnlySpan<Ink> fields)
    {
        var indent = LabelWidth;
        var column = Put(label.PadRight(LabelWidth), Tint.Bold);
        var isFirst = true;
        foreach (var field in fields)
        {
            if (field.Text is null or "")
                continue;
            var length = Plain(field.Text).Length;
            if (!isFirst && column + Gap.Length + length > traits.Width)
                column = NewLine(indent);
            else if (!isFirst)
                column += Put(Gap, Tint.None);
            column = Words(field, column, indent);
            isFirst = false;
        }
        return End();
    }

    /// <summary>A line of its own.</summary>
    public Page Line(Ink line)
    {
        Words(line, 0, 2);
        return End();
    }

    /// <summary>A table; columns beyond the width go to a second, indented line of each row, each with its heading.</summary>
    public Page Table(Column[] columns, IReadOnlyList<Ink[]> rows)
    {
        var widths = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            widths[i] = columns[i].Heading.Length;
            foreach (var row in rows)
                widths[i] = Math.Max(widths[i], Plain(row[i].Text).Length);
        }
        var fitting = Fitting(widths);
        Cells(columns, widths, Array.ConvertAll(columns[..fitting], column => new Ink(column.Heading, Tint.Bold)));
        foreach (var row in rows)
        {
            Cells(columns, widths, row.AsSpan(0, fitting));
            if (fitting < columns.Length)
                Rest(columns, row, fitting);
        }
        return this;
    }

    private int Fitting(int[] widths)
    {
        var column = 0;
        for (var i = 0; i < widths.Length; i++)
        {
            column += widths[i] + (i == 0 ? 0 : 2);
            if (column > traits.Width)
                return Math.Max(1, i);
        }
        return widths.Length;
    }

    private void Cells(Column[] columns, int[] widths, ReadOnlySpan<Ink> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = Plain(cells[i].Text);
            var pad = new string(' ', widths[i] - cell.Length);
            if (columns[i].IsNumber)
                Put(pad, Tint.None);
            Put(cell, cells[i].Tint);
            if (i < cells.Length - 1)
                Put(columns[i].IsNumber ? "  " : pad + "  ", Tint.None);
        }
        End();
    }

    private void Rest(Column[] columns, Ink[] row, int from)
    {
        var column = Put("    ", Tint.None);
        for (var i = from; i < row.Length; i++)
        {
            var field = new Ink($"{columns[i].Heading.ToLowerInvariant()} {row[i].Text}", row[i].Tint);
            if (i > from && column + Gap.Length + Plain(field.Text).Length > traits.Width)
                column = NewLine(4);
            else if (i > from)
                column += Put(Gap, Tint.None);
            column = Words(field, column, 4);
        }
        End();
    }

    private int Words(Ink field, int column, int indent)
    {
        var plain = Plain(field.Text);
        if (column + plain.Length <= traits.Width)
            return column + Put(plain, field.Tint);
        var isFirst = true;
        foreach (var word in plain.Split(' '))
        {
            if (!isFirst && column + 1 + word.Length > traits.Width)
                column = NewLine(indent);
            else if (!isFirst)
                column += Put(" ", Tint.None);
            column += Put(word, field.Tint);
            isFirst = false;
        }
        return column;
    }

    private int Put(string plain, Tint tint)
    {
        var code = !traits.Colour || string.IsNullOrWhiteSpace(plain) ? null : tint switch
        {
            Tint.Good => "32",
            Tint.Warn => "33",
            Tint.Bad => "31",
            Tint.Dim => "2",
            Tint.Bold => "1",
            _ => null,
        };
        _ = code is null ? text.Append(plain) : text.Append("\e[").Append(code).Append('m').Append(plain).Append("\e[0m");
        return plain.Length;
    }

    private int NewLine(int indent)
    {
        End();
        return Put(new string(' ', indent), Tint.None);
    }

    private Page End()
    {
        while (text.Length > 0 && text[^1] == ' ')
            text.Length--;
        text.Append('\n');
        return this;
    }

    private string Plain(string words) => Glyphs.For(traits, words);
}

/// <summary>A column of a table; numbers stand to the right.</summary>
internal sealed record Column(string Heading, bool IsNumber = false);
