using System.Reflection;
using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace ImageService.Tests.Architecture;

/// <summary>
/// Which type of an assembly uses which: in its ancestry, fields, signatures, attributes and method bodies, read by Mono.Cecil without loading it.
/// ArchUnitNET reads by it too, but its model leaves out what a method only catches or only holds in a local, arrows between rooms among them.
/// </summary>
internal static class TypeReferences
{
    /// <summary>Pairs of full names: the outermost type that uses, and the type used (of any assembly).</summary>
    public static IReadOnlyCollection<(string From, string To)> Of(Assembly assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        return module.GetTypes()
            .SelectMany(type => UsedBy(type).SelectMany(Names).Select(to => (From: Outermost(type), To: to)))
            .Distinct()
            .ToList();
    }

    /// <summary>Full names of the types that one method's body uses, what it awaits included.</summary>
    public static IReadOnlySet<string> Of(MethodInfo method)
    {
        using var module = ModuleDefinition.ReadModule(method.Module.Assembly.Location);
        var body = ((MethodDefinition)module.LookupToken(method.MetadataToken)).Body;
        var awaited = method.GetCustomAttribute<AsyncStateMachineAttribute>()?.StateMachineType.MetadataToken;
        var bodies = awaited is { } token
            ? ((TypeDefinition)module.LookupToken(token)).Methods.Where(step => step.HasBody).Select(step => step.Body).Append(body)
            : [body];
        return bodies.SelectMany(UsedBy).SelectMany(Names).ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<TypeReference?> UsedBy(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. type.GenericParameters.SelectMany(Constraints),
        .. type.Fields.Select(field => field.FieldType),
        .. type.CustomAttributes.SelectMany(attribute => UsedBy(attribute.Constructor)),
        .. type.Methods.SelectMany(UsedBy),
        .. type.Methods.Where(method => method.HasBody).SelectMany(method => UsedBy(method.Body)),
    ];

    private static IEnumerable<TypeReference?> UsedBy(Mono.Cecil.Cil.MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            MethodReference method => UsedBy(method),
            _ => Enumerable.Empty<TypeReference?>(),
        }),
    ];

    private static IEnumerable<TypeReference?> UsedBy(MethodReference method) =>
    [
        method.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.GenericParameters.SelectMany(Constraints),
        .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
    ];

    private static IEnumerable<TypeReference> Constraints(GenericParameter parameter) => parameter.Constraints.Select(constraint => constraint.ConstraintType);

    /// <summary>All types in one: its arguments, and what it is an array of, a reference to, a pointer to.</summary>
    private static IEnumerable<string> Names(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [Outermost(generic.ElementType), .. generic.GenericArguments.SelectMany(Names)],
        FunctionPointerType function => [.. Names(function.ReturnType), .. function.Parameters.SelectMany(parameter => Names(parameter.ParameterType))],
        IModifierType modified => [.. Names(modified.ElementType), .. Names(modified.ModifierType)],
        TypeSpecification of => Names(of.ElementType),
        _ => [Outermost(type)],
    };

    private static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return $"{type.Namespace}.{type.Name}";
    }
}
