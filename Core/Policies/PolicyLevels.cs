using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Core.Policies;

/// <summary>Turns the rows of up to three levels into what is in force: the lowest level wins, but nothing wins over a lock above it. Pure.</summary>
public static class PolicyLevels
{
    /// <summary>What is in force at the lowest of the levels given.</summary>
    /// <param name="levels">Organization first; each with its slug and the values it sets.</param>
    public static EffectivePolicy Resolve(IReadOnlyList<PolicyLevelValues> levels)
    {
        var items = new PolicyItem[PolicyCatalog.All.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = Resolve(PolicyCatalog.All[i], levels);
        return new EffectivePolicy(items) 
        {
            ServingQuotas = [.. levels.SelectMany(level => Quotas(level, MonthlyUse.Requests, MonthlyUse.BandwidthBytes))],
            CpuQuotas = [.. levels.SelectMany(level => Quotas(level, MonthlyUse.TransformCpuMs))],
        };
    }

    private static IEnumerable<LevelQuota> Quotas(PolicyLevelValues level, params MonthlyUse[] uses) =>
        from use in uses
        where level.Values.TryGetValue(use.PolicyKey(), out var set) && set.Value.ValueKind == JsonValueKind.Number
        select new LevelQuota(level.Level, use, level.Values[use.PolicyKey()].Value.GetInt64());

    private static PolicyItem Resolve(PolicyDefinition definition, IReadOnlyList<PolicyLevelValues> levels)
    {
        var item = new PolicyItem(definition.Key, null, definition.DefaultValue, definition.DefaultValue, null, false);
        foreach (var level in levels)
        {
            var isSet = level.Values.TryGetValue(definition.Key, out var set);
            item = item with { Own = isSet ? set.Value : null };

            // A value that an older version accepted and this one does not must not take the images down.
            if (isSet && !item.Locked && definition.Validate(set.Value) is null)
                item = item with { Value = set.Value, Source = new PolicySource(level.Level, level.Slug), Locked = set.Locked };
        }

        return item;
    }
}

/// <summary>What one level sets.</summary>
/// <param name="Level">Which level.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Values">By key.</param>
public sealed record PolicyLevelValues(PolicyLevel Level, string Slug, IReadOnlyDictionary<string, PolicySetting> Values);

/// <summary>A value as set at one level.</summary>
public readonly record struct PolicySetting(JsonElement Value, bool Locked);
