using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Core.Policies;

/// <summary>Turns the rows of up to three levels into what is in force: the lowest level wins, but nothing wins over a lock above it. Pure.</summary>
public static class PolicyLevels
{
    private static readonly string Public = SnakeCase.Write(AssetAccess.Public);

    /// <summary>What is in force at the lowest of the levels given.</summary>
    /// <param name="levels">Organization first; each with its slug and the values it sets.</param>
    public static EffectivePolicy Resolve(IReadOnlyList<PolicyLevelValues> levels)
    {
        var items = new PolicyItem[PolicyCatalog.All.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = Resolve(PolicyCatalog.All[i], levels);
        if (items.First(item => item.Key == PolicyCatalog.DefaultAccess).Value.GetString() == Public)
            UsePublicDefaults(items);
        return new EffectivePolicy(items, levels);
    }

    /// <summary>Every level that limits something, each with its own number; what lies under a level's lock is not in force.</summary>
    /// <param name="key">A policy whose value is a number or null.</param>
    /// <param name="levels">Organization first.</param>
    public static IReadOnlyList<LevelLimit> Limits(string key, IReadOnlyList<PolicyLevelValues> levels)
    {
        var definition = PolicyCatalog.Get(key);
        var limits = new List<LevelLimit>();
        foreach (var level in levels)
        {
            if (!level.Values.TryGetValue(key, out var set) || definition.Validate(set.Value) is not null)
                continue;
            if (set.Value.ValueKind == JsonValueKind.Number)
                limits.Add(new LevelLimit(level.Level, set.Value.GetInt64()));
            if (set.Locked)
                break;
        }

        return limits;
    }

    /// <summary>Where images are public by default, a few policies are different as long as nobody set them.</summary>
    private static void UsePublicDefaults(PolicyItem[] items)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (PolicyCatalog.All[i].PublicDefaultValue is not { } value)
                continue;
            items[i] = items[i] with { Default = value };
            if (items[i].Source is null)
                items[i] = items[i] with { Value = value };
        }
    }

    private static PolicyItem Resolve(PolicyDefinition definition, IReadOnlyList<PolicyLevelValues> levels)
    {
        var item = new PolicyItem
        {
            Key = definition.Key,
            Own = null,
            Value = definition.DefaultValue,
            Default = definition.DefaultValue,
            Source = null,
            Locked = false,
        };
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

/// <summary>A number that a level sets as the most of something.</summary>
public readonly record struct LevelLimit(PolicyLevel Level, long Limit);
