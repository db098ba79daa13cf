using System.Collections.Immutable;
using SmartEms.Edge.Core.Quantities;

namespace SmartEms.Edge.Core.Actuating;

/// <summary>A register that is to be written: which, how often it may be, and whether the write only tightens.</summary>
public readonly record struct WriteClaim(string Key, WearLimits Limits, bool IsTightening);

/// <summary>Counts writes per register against what its memory bears. Counts are kept ahead in blocks: what is on disk is never less than what was written.
/// May be used from several threads.</summary>
public sealed class WriteBudget
{
    /// <summary>So many writes are put on record at once, before the first of them is made.</summary>
    public const int Block = 16;

    /// <summary>Shares that only tightening writes may use: of the burst, and of the lifetime.</summary>
    private const double BurstReserve = 0.25;
    private const double LifeReserve = 0.1;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Account> accounts = new(StringComparer.Ordinal);

    /// <summary>Puts the counts on record; completes when they are durable, or when control cannot wait any longer. Null = they are kept in memory only.</summary>
    public Func<Instant, ImmutableArray<RegisterWear>, Task>? Keep { get; set; }

    /// <summary>Asks for all of a group's registers at once: all are counted, or none. The task completes when the counts are on record.</summary>
    /// <returns>The key of a register whose budget is spent, or null; and what to wait for.</returns>
    public (string? Spent, Task Kept) Take(IReadOnlyList<WriteClaim> claims, Instant now)
    {
        lock (gate)
        {
            foreach (var claim in claims)
                if (!claim.Limits.IsUnlimited && !MayTake(AccountOf(claim.Key, claim.Limits, now), claim))
                    return (claim.Key, Task.CompletedTask);
            var mustKeep = false;
            foreach (var claim in claims)
                mustKeep |= Count(AccountOf(claim.Key, claim.Limits, now), claim.Limits);
            return (null, mustKeep && Keep is { } keep ? keep(now, ForRecord()) : Task.CompletedTask);
        }
    }

    /// <summary>Adds what a former run put on record to what was counted since.</summary>
    public void Adopt(ImmutableArray<RegisterWear> known)
    {
        lock (gate)
            foreach (var one in known)
            {
                if (!accounts.TryGetValue(one.Key, out var account))
                    accounts[one.Key] = account = new(one with { Written = 0 });
                account.Wear = one with { Written = one.Written + account.Wear.Written, Tokens = Math.Max(0, one.Tokens - account.Wear.Written) };
                account.Recorded = account.Wear.Written;
            }
    }

    /// <summary>How it stands for one register now, or null when it was never counted.</summary>
    public RegisterWear? Of(string key, Instant now, WearLimits limits)
    {
        lock (gate)
            return accounts.TryGetValue(key, out var account) ? account.Wear.Grown(now, limits) : null;
    }

    /// <summary>Every register that was ever counted, in order of its key.</summary>
    public ImmutableArray<RegisterWear> All
    {
        get
        {
            lock (gate)
                return [.. Wears()];
        }
    }

    private static bool MayTake(Account account, WriteClaim claim)
    {
        var (wear, limits) = (account.Wear, claim.Limits);
        return claim.IsTightening
            ? wear.Tokens >= 1 && wear.Written < limits.Lifetime
            : wear.Tokens >= 1 + (limits.Burst * BurstReserve) && wear.Written < limits.Lifetime * (1 - LifeReserve);
    }

    /// <summary>Counts one write; true when the recorded block is used up and a new one has to be put on record first.</summary>
    private static bool Count(Account account, WearLimits limits)
    {
        account.Wear = account.Wear with { Written = account.Wear.Written + 1, Tokens = Math.Max(0, account.Wear.Tokens - (limits.IsUnlimited ? 0 : 1)) };
        account.IsLimited = !limits.IsUnlimited;
        if (!account.IsLimited || account.Wear.Written <= account.Recorded)
            return false;
        account.Recorded = account.Wear.Written + Block - 1;
        return true;
    }

    private Account AccountOf(string key, WearLimits limits, Instant now)
    {
        if (!accounts.TryGetValue(key, out var account))
            accounts[key] = account = new(new(key, 0, limits.Burst, now, now));
        account.Wear = account.Wear.Grown(now, limits);
        return account;
    }

    private IEnumerable<RegisterWear> Wears()
    {
        foreach (var account in accounts.Values)
            yield return account.Wear;
    }

    /// <summary>What goes on record: the counts with the blocks reserved, and the tokens as if all of them had been used.</summary>
    private ImmutableArray<RegisterWear> ForRecord()
    {
        var kept = ImmutableArray.CreateBuilder<RegisterWear>();
        foreach (var account in accounts.Values)
            if (account.IsLimited || account.Recorded > 0)
                kept.Add(account.Wear with { Written = account.Recorded, Tokens = Math.Max(0, account.Wear.Tokens - (account.Recorded - account.Wear.Written)) });
        return kept.ToImmutable();
    }

    private sealed class Account(RegisterWear wear)
    {
        public RegisterWear Wear { get; set; } = wear;

        /// <summary>The count that stands on record.</summary>
        public long Recorded { get; set; }
        public bool IsLimited { get; set; }
    }
}
