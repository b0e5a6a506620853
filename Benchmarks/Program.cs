using BenchmarkDotNet.Running;
using ImageService.Benchmarks.Engine;
using ImageService.Benchmarks.Operations;
using ImageService.Benchmarks.Registry;
using ImageService.Core.Engine.Isolation;

// fuzz-urls --count N --seed S [--gateway URL]       reproducible fuzzing of image URLs, or of a running gateway; exits with 1 on a finding
// fuzz-images [--count N] [--seed S] [--corpus DIR]   mutated images through the isolated decoder and the engine; exits with 1 on a finding
// engine-corpus DIR                                   every image below DIR in 5 sizes × 5 formats
// engine-gate PHOTO                                   16 transforms at once through the gate; peak memory
// engine-intermediate PHOTO…                          what deriving from the intermediate costs in quality and saves in time
// engine-costs PHOTO                                 CPU of every operation and format beside a plain resize, interleaved
// engine-defaults DIR [SHARP-MODULE]                  default qualities, q_auto and fmt_auto beside 85, sharp's and imgproxy's defaults
// engine-quality DIR                                  bytes and SSIMULACRA 2 of every picture below DIR over qualities and formats
// engine-ratios PHOTO [SHARP-MODULE]                  CPU against sharp, interleaved
// seed --api URL --key KEY --tenant SLUG --space SLUG --count N   fills a space of a stack on this machine with small distinct pictures
// anything else                                       BenchmarkDotNet's own switches, for example --filter '*Parser*'
return args switch
{
    ["fuzz-urls", .. var options] => await FuzzUrls.RunAsync(options),
    [DecodeProcess.Verb, ..] => await DecodeProcess.RunAsync(args),
    ["fuzz-images", .. var options] => await FuzzImages.RunAsync(options),
    ["engine-corpus", var folder] => await CorpusReport.RunAsync(folder),
    ["engine-gate", var photo] => await GateReport.RunAsync(photo),
    ["engine-intermediate", .. var photos] => await IntermediateReport.RunAsync(photos),
    ["engine-costs", var photo] => await CostsReport.RunAsync(photo),
    ["engine-defaults", var folder, .. var sharp] => await DefaultsReport.RunAsync(folder, sharp),
    ["engine-quality", var folder] => QualityReport.Run(folder),
    ["engine-ratios", var photo, .. var sharp] => await RatioReport.RunAsync(photo, sharp),
    ["seed", .. var options] => await SeedAssets.RunAsync(options),
    _ => Run(args),
};

static int Run(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(FuzzUrls).Assembly).Run(args);
    return 0;
}
