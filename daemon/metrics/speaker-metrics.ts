import type { Report, SpeakerEntry, SpeakerStatus } from '../../protos/index.ts';
import type { HomeFacts } from './facts.ts';
import { counter, gauge, label, type Metric, oneHot, type Sample } from './sample.ts';

const CLOCK_STATES = [
  'UNSYNCHRONIZED',
  'ACQUIRING',
  'SYNCHRONIZED',
  'HOLDOVER',
] as const satisfies readonly Report['clock']['state'][];
const PLAYOUT_STATES = [
  'IDLE',
  'SILENT',
  'SOUNDING',
  'STARVED',
  'FAILED',
] as const satisfies readonly Report['playout']['state'][];

interface Reporting {
  readonly labels: { readonly speaker: string; readonly room: string };
  readonly report: Report;
  readonly ageMs: number;
}

/**
 * How exactly the speakers play, as they last reported; labels `speaker` and `room`. A speaker that is offline has
 * only jam_speaker_online and jam_speaker_info.
 */
export function speakerMetrics({ speakers, rooms }: Pick<HomeFacts, 'speakers' | 'rooms'>): Metric[] {
  const statuses = new Map(
    rooms.flatMap(({ status }) => status?.speakers ?? []).map((one) => [one.member.speakerId, one]),
  );
  const reporting = speakers.flatMap((speaker) => reportingOf(speaker, statuses.get(speaker.speakerId)));
  const each = (value: (report: Report) => number): Sample[] =>
    reporting.map(({ labels, report }) => ({ labels, value: value(report) }));
  return [
    ...presence(speakers),
    gauge(
      'jam_speaker_report_age_seconds',
      "How old the speaker's last report is",
      reporting.map(({ labels, ageMs }) => ({ labels, value: ageMs / 1000 })),
    ),
    gauge(
      'jam_speaker_problem',
      '1 while the speaker reports a problem',
      each(({ problem }) => (problem ? 1 : 0)),
    ),
    ...clockMetrics(reporting, each),
    ...playoutMetrics(reporting, each),
  ];
}

const labelsOf = ({ name, room }: SpeakerEntry) => ({ speaker: label(name), room: label(room) });

function reportingOf(speaker: SpeakerEntry, status: SpeakerStatus | undefined): Reporting[] {
  if (!status?.online || !status.report) return [];
  return [{ labels: labelsOf(speaker), report: status.report, ageMs: status.reportAgeMs }];
}

function presence(speakers: readonly SpeakerEntry[]): Metric[] {
  return [
    gauge(
      'jam_speaker_online',
      '1 while the speaker says hello to the coordinator',
      speakers.map((speaker) => ({ labels: labelsOf(speaker), value: speaker.online ? 1 : 0 })),
    ),
    gauge(
      'jam_speaker_info',
      "Always 1; the speaker's version and sound device as labels",
      speakers.map((speaker) => ({
        labels: { ...labelsOf(speaker), version: label(speaker.version), device: label(speaker.device) },
        value: 1,
      })),
    ),
  ];
}

type Each = (value: (report: Report) => number) => Sample[];

function clockMetrics(reporting: readonly Reporting[], each: Each): Metric[] {
  return [
    gauge(
      'jam_speaker_clock_state',
      "1 for the state of the speaker's estimate of the room clock",
      reporting.flatMap(({ labels, report }) => oneHot(CLOCK_STATES, report.clock.state, labels)),
    ),
    gauge(
      'jam_speaker_clock_error_bound_seconds',
      "How wrong the speaker's estimate of the room clock can be",
      each(({ clock }) => clock.errorBoundUs / 1e6),
    ),
    gauge(
      'jam_speaker_clock_drift_ppm',
      "The room clock's rate against the speaker's, positive: the room clock is faster",
      each(({ clock }) => clock.driftPpm),
    ),
    gauge(
      'jam_speaker_delay_p95_seconds',
      'Round trip to the coordinator, 95th percentile of the last minute',
      each(({ clock }) => clock.delayP95Us / 1e6),
    ),
  ];
}

function playoutMetrics(reporting: readonly Reporting[], each: Each): Metric[] {
  return [
    gauge(
      'jam_speaker_playout_state',
      '1 for what the speaker is doing: idle, silent, sounding, starved or failed',
      reporting.flatMap(({ labels, report }) => oneHot(PLAYOUT_STATES, report.playout.state, labels)),
    ),
    gauge(
      'jam_speaker_playout_error_seconds',
      'What is heard against what should be, positive: late',
      each(({ playout }) => playout.errorUs / 1e6),
    ),
    gauge(
      'jam_speaker_playout_error_bound_seconds',
      'How wrong the model of the DAC can be',
      each(({ playout }) => playout.errorBoundUs / 1e6),
    ),
    gauge(
      'jam_speaker_dac_ppm',
      "The DAC's rate against the speaker's clock, positive: the DAC is fast",
      each(({ playout }) => playout.dacPpm),
    ),
    gauge(
      'jam_speaker_slew_ppm',
      'What is being corrected beyond DAC and drift',
      each(({ playout }) => playout.slewPpm),
    ),
    gauge(
      'jam_speaker_buffer_seconds',
      'Written to the device and not yet heard',
      each(({ playout }) => playout.bufferMs / 1000),
    ),
    counter(
      'jam_speaker_xruns_total',
      'How often the device ran dry',
      each(({ playout }) => playout.xruns),
    ),
    counter(
      'jam_speaker_resyncs_total',
      'How often the position was corrected by a jump',
      each(({ playout }) => playout.resyncs),
    ),
    counter(
      'jam_speaker_late_starts_total',
      'How often a start was late',
      each(({ playout }) => playout.lateStarts),
    ),
    counter(
      'jam_speaker_gaps_total',
      'How often the speaker was silent for want of data',
      each(({ playout }) => playout.gaps),
    ),
  ];
}
