import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

/** What was counted or measured under one set of attributes. */
export interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  /** The sum of a counter, or how often a histogram was recorded to. */
  readonly value: number
}

/** The real SDK, which keeps everything in memory. */
export function collector() {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  // It exports when it is asked to, and not before.
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

  const metrics = async (): Promise<readonly MetricData[]> => {
    metricExporter.reset()
    await meterProvider.forceFlush()
    return metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  }
  return {
    options: { meterProvider, tracerProvider },
    tracer: tracerProvider.getTracer('host'),
    metrics,
    /** All spans that have ended, in that order. */
    spans: () => spanExporter.getFinishedSpans(),
    /** The points of one metric; none, if nothing was recorded. */
    points: async (name: string): Promise<readonly Point[]> => {
      const found = (await metrics()).find(({ descriptor }) => descriptor.name === name)
      if (found === undefined) return []
      return found.dataPointType === DataPointType.HISTOGRAM
        ? found.dataPoints.map(({ attributes, value }) => ({ attributes, value: value.count }))
        : found.dataPoints.map(({ attributes, value }) => ({ attributes, value: Number(value) }))
    },
    close: async () => {
      await meterProvider.shutdown()
      await tracerProvider.shutdown()
      context.disable()
      trace.disable()
    },
  }
}
