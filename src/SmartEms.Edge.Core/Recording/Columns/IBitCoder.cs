namespace SmartEms.Edge.Core.Recording.Columns;

/// <summary>Writes or reads bits. A column is described once for both directions: writing gives back what it was given, reading ignores it and gives what was written.</summary>
public interface IBitCoder
{
    static abstract bool Reads { get; }

    /// <summary>A bit whose answer the model foretells; the surer it was, the less the right answer costs.</summary>
    /// <exception cref="InvalidDataException">Reading: the bytes are at an end.</exception>
    bool Bit(ref BitModel model, bool bit);

    /// <summary>1 to 16 bits about which nothing is known.</summary>
    /// <exception cref="InvalidDataException">Reading: the bytes are at an end or no such bits can have been written.</exception>
    uint Raw(uint bits, int count);
}
