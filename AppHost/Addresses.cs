namespace ImageService.AppHost;

/// <summary>Under which addresses the world reaches the services: in a run those that they listen on, in a deployment parameters.</summary>
internal static class Addresses
{
    public const string Images = "images-address";
    public const string Portal = "portal-address";
    public const string Proxies = "trusted-proxies";

    /// <summary>Tells the Api where the portal is, for links in mails, and the portal where browsers find images.</summary>
    public static void WithAddresses(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ProjectResource> worker, IResourceBuilder<ProjectResource> portal)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            api.WithEnvironment("Api__PortalBaseUrl", portal.GetEndpoint("http"));
            return;
        }

        var proxies = builder.AddParameter(Proxies).WithDescription("Network (CIDR) of the proxies whose X-Forwarded headers are believed: the gateway's pods");
        api.WithEnvironment("Api__PortalBaseUrl", builder.AddParameter(Portal).WithDescription("The portal's public address, like https://portal.example.com"))
            .WithEnvironment("Api__TrustedProxies__0", proxies);
        portal.WithEnvironment("Portal__PublicApiUrl",
            builder.AddParameter(Images).WithDescription("Public address of images and API, like https://images.example.com"))
            .WithEnvironment("Portal__TrustedProxies__0", proxies)
            .WithEnvironment("Portal__KeyDirectory", "/data/keys")
            .WithAnnotation(new ContainerMountAnnotation("portal-keys", "/data/keys", ContainerMountType.Volume, isReadOnly: false));

        // Aspire's switch believes everybody's X-Forwarded headers; ours believe the named proxies.
        foreach (var service in (IResourceBuilder<ProjectResource>[])[api, worker, portal])
            service.DisableForwardedHeaders();
    }
}
