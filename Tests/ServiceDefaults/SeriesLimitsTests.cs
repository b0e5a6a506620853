using System.Diagnostics.Metrics;
using ImageService.ServiceDefaults;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Shouldly;
using Xunit;

namespace ImageService.Tests.ServiceDefaults;

/// <summary>An instrument has room for as many series as its labels can have, and no more memory than that.</summary>
public sealed class SeriesLimitsTests
{
    private const int Many = 1_000;

    [Theory]
    [InlineData("cache_hits_total", SeriesLimits.Few + 1)] // and one for all the others
    [InlineData("storage_bytes_used", Many)]
    public void Labels_of_few_values_have_room_for_few_and_organizations_for_many(string name, int series)
    {
        using var meter = new Meter($"series-{name}");
        var seen = Collect(meter, () =>
        {
            var counter = meter.CreateCounter<long>(name);
            for (var i = 0; i < Many; i++)
                counter.Add(1, new KeyValuePair<string, object?>("label", i));
        });

        seen.ShouldBe((series, Many));
    }

    [Fact]
    public void A_histogram_keeps_the_buckets_that_its_maker_advises()
    {
        using var meter = new Meter("series-buckets");
        double[] bounds = [1, 2, 3];
        var histogram = meter.CreateHistogram<double>("lookup", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
        List<double> kept = [];
        using var reader = new BaseExportingMetricReader(new Exporter(point =>
        {
            foreach (var bucket in point.GetHistogramBuckets())
                kept.Add(bucket.ExplicitBound);
        }));
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddView(SeriesLimits.Of).AddReader(reader).Build();
        histogram.Record(2);
        provider.ForceFlush();

        kept.ShouldBe([.. bounds, double.PositiveInfinity]);
    }

    /// <returns>How many series there are, and the sum of their values: nothing is lost to a limit.</returns>
    private static (int Series, long Sum) Collect(Meter meter, Action measure)
    {
        var seen = (Series: 0, Sum: 0L);
        using var reader = new BaseExportingMetricReader(new Exporter(point => seen = (seen.Series + 1, seen.Sum + point.GetSumLong())));
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddView(SeriesLimits.Of).AddReader(reader).Build();
        measure();
        provider.ForceFlush();
        return seen;
    }

    private sealed class Exporter(Action<MetricPoint> see) : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                    see(point);
            }

            return ExportResult.Success;
        }
    }
}
