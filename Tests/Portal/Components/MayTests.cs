using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>Controls for an editor of one space.</summary>
public sealed class MayTests : ComponentTest
{
    [Theory]
    [InlineData("image:write", "photos", false, true)]
    [InlineData("image:write", "drafts", false, false)]
    [InlineData("image:write", null, false, false)]
    [InlineData("image:write", null, true, true)]
    [InlineData("image:delete", "photos", true, false)]
    public async Task A_control_is_drawn_where_its_scope_holds_and_else_who_can_help(string scope, string? space, bool somewhere, bool drawn)
    {
        await SignInAsync(Photos, "image:read", "image:write");
        var may = Render<May>(with => with.Add(one => one.Scope, scope).Add(one => one.At, space is null ? new Level("acme") : Photos with { Space = space })
            .Add(one => one.Somewhere, somewhere).AddChildContent("<button>Upload</button>").Add(one => one.Otherwise, "<p>Ask an owner</p>"));
        may.FindAll("button").Count.ShouldBe(drawn ? 1 : 0);
        may.FindAll("p").Count.ShouldBe(drawn ? 0 : 1);
    }
}
