using BenchmarkDotNet.Running;
using ImageService.Benchmarks.Operations;

// fuzz-urls --count N --seed S    reproducible fuzzing of image URLs; exits with 1 on a finding
// anything else                   BenchmarkDotNet's own switches, for example --filter '*Parser*'
return args is ["fuzz-urls", .. var options] ? FuzzUrls.Run(options) : Run(args);

static int Run(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(FuzzUrls).Assembly).Run(args);
    return 0;
}
