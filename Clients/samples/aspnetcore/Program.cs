using ImageService.AspNetCoreSample;

await GalleryApplication.Create(args).RunAsync();
