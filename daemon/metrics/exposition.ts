import type { HomeFacts, MediaFacts, ProcessFacts } from './facts.ts';
import { Counter, Gauge, Registry } from './prom-client.ts';
import { roomMetrics } from './room-metrics.ts';
import { counter, gauge, label, type Metric } from './sample.ts';
import { speakerMetrics } from './speaker-metrics.ts';

/** The Content-Type of what expose() gives. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** All metrics in Prometheus' text format. */
export async function expose(facts: HomeFacts): Promise<string> {
  // A registry of its own each time: a speaker that is gone leaves no values behind.
  const registry = new Registry();
  // prom-client would tell 0 of a metric that has no values.
  const known = metricsOf(facts).filter(({ samples }) => samples.length > 0);
  for (const metric of known) register(registry, metric);
  return registry.metrics();
}

/** All metrics; docs/metrics.md explains them. */
export function metricsOf(facts: HomeFacts): Metric[] {
  return [
    gauge('jam_coordinator_info', "Always 1; the coordinator's name and version as labels", [
      { labels: { name: label(facts.name), version: facts.version }, value: 1 },
    ]),
    ...roomMetrics(facts.rooms),
    ...speakerMetrics(facts),
    counter(
      'jam_requests_total',
      'What the lobby was asked, by kind and outcome',
      facts.requests.map(({ kind, outcome, times }) => ({ labels: { kind, outcome }, value: times })),
    ),
    ...mediaMetrics(facts.media),
    ...processMetrics(facts.process),
  ];
}

function mediaMetrics(media: MediaFacts): Metric[] {
  return [
    gauge('jam_media_tracks', 'Tracks that the coordinator holds', [{ value: media.tracks }]),
    gauge('jam_media_stored_bytes', 'Bytes of these tracks', [{ value: media.storedBytes }]),
    gauge('jam_media_disk_free_bytes', 'Free on the disk of the data directory', [
      { value: media.diskFreeBytes },
    ]),
    gauge('jam_media_disk_size_bytes', 'Size of that disk', [{ value: media.diskBytes }]),
    counter('jam_media_sent_bytes_total', 'Bytes of tracks sent', [{ value: media.sentBytes }]),
    counter('jam_media_received_bytes_total', 'Bytes of tracks received and kept', [
      { value: media.receivedBytes },
    ]),
  ];
}

function processMetrics(facts: ProcessFacts): Metric[] {
  return [
    counter('process_cpu_seconds_total', 'CPU time that the coordinator has used, without its rooms', [
      { value: facts.cpuSeconds },
    ]),
    gauge('process_resident_memory_bytes', "The coordinator's memory, without its rooms", [
      { value: facts.residentBytes },
    ]),
    gauge('process_start_time_seconds', 'When the coordinator started, since 1970', [
      { value: facts.startedUnixSeconds },
    ]),
    gauge(
      'jam_event_loop_delay_p99_seconds',
      "How late the coordinator's event loop was since the last scrape, 99th percentile",
      [{ value: facts.loopDelayP99Seconds }],
    ),
    gauge('jam_event_loop_delay_max_seconds', 'The same, the worst', [{ value: facts.loopDelayMaxSeconds }]),
  ];
}

function register(registry: InstanceType<typeof Registry>, { name, help, kind, samples }: Metric): void {
  const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels ?? {})))];
  const settings = { name, help, labelNames, registers: [registry] };
  if (kind === 'gauge') {
    const made = new Gauge(settings);
    for (const { labels, value } of samples) made.set({ ...labels }, value);
    return;
  }
  const made = new Counter(settings);
  for (const { labels, value } of samples) made.inc({ ...labels }, value);
}
