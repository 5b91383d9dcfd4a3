import type { Report, RoomStatus, SpeakerStatus } from '../protos/index.ts';
import { noPaint, type Paint } from './paint.ts';
import { formatError, formatRate, formatSlew, formatTime, formatUs } from './quantities.ts';
import { renderItem, renderLevels } from './render.ts';
import { renderLastAction } from './render-people.ts';
import { type Column, table } from './table.ts';
import { plain, short } from './text.ts';

/** What `status` and `watch` show of a room: a few lines of its own, then a table of its speakers. */
export function renderStatus(status: RoomStatus, paint: Paint = noPaint): string {
  const parts = [renderRoom(status, paint), renderSpeakerTable(status.speakers, paint)];
  const problems = status.speakers.flatMap((speaker) => {
    const problem = speaker.online ? speaker.report?.problem : '';
    return problem ? [paint.bad(`${plain(speaker.member.name)}: ${plain(problem)}`)] : [];
  });
  if (problems.length > 0) parts.push(problems.join('\n'));
  return parts.join('\n\n');
}

function renderRoom(status: RoomStatus, paint: Paint): string {
  const state = status.state.toLowerCase();
  const starting = status.startInMs > 0 ? `, heard in ${Math.round(status.startInMs)} ms` : '';
  const lines = [
    ['Room', `${paint.strong(plain(status.roomName))}, ${state}${starting}`],
    ['Track', renderTrack(status)],
    ['Position', renderPosition(status, paint)],
    ['Volume', renderLevels(status.levels.volume, status.levels.muted)],
    ['Spread', renderSpread(status)],
    ...(status.people.length > 0 ? [['People', status.people.map(plain).join(', ')]] : []),
    ...(status.lastAction ? [['Last', renderLastAction(status.lastAction)]] : []),
    ...(status.security === 'none'
      ? [['Security', paint.bad('none: everybody on the network may do everything')]]
      : []),
  ];
  return lines.map(([label = '', value]) => `${paint.faint(label.padEnd(10))}${value}`).join('\n');
}

function renderTrack({ item, queuePosition, queueLength }: RoomStatus): string {
  if (!item) return queueLength === 0 ? 'none, the queue is empty' : `none of ${queueLength}`;
  return `${queuePosition} of ${queueLength}: ${renderItem(item)}`;
}

const BAR_WIDTH = 40;

function renderPosition({ item, positionS, durationS }: RoomStatus, paint: Paint): string {
  if (!item) return '–';
  const done = Math.min(1, Math.max(0, durationS > 0 ? positionS / durationS : 0));
  const filled = Math.round(done * BAR_WIDTH);
  const bar = paint.good('━'.repeat(filled)) + paint.faint('─'.repeat(BAR_WIDTH - filled));
  return `${formatTime(positionS)} ${bar} ${formatTime(durationS)}`;
}

function renderSpread({ spreadBoundUs }: RoomStatus): string {
  return spreadBoundUs === undefined
    ? 'unknown'
    : `at most ${formatUs(spreadBoundUs)} between any two speakers`;
}

const columns: Column[] = [
  { head: 'SPEAKER' },
  { head: 'STATE' },
  { head: 'PLAYOUT ERROR', right: true },
  { head: 'CLOCK', right: true },
  { head: 'DRIFT', right: true },
  { head: 'DAC', right: true },
  { head: 'SLEW', right: true },
  { head: 'BUFFER', right: true },
  { head: 'XRUNS', right: true },
  { head: 'GAPS', right: true },
  { head: 'RESYNCS', right: true },
  { head: 'VOLUME', right: true },
];

function renderSpeakerTable(speakers: readonly SpeakerStatus[], paint: Paint): string {
  if (speakers.length === 0) return 'The room has no speakers.';
  return table(
    columns,
    speakers.map((speaker) => [
      short(speaker.member.name, 24),
      renderState(speaker, paint),
      ...(speaker.online && speaker.report ? renderReport(speaker.report) : Array(9).fill('–')),
      renderLevels(speaker.member.volume, speaker.member.muted),
    ]),
  );
}

function renderState({ online, report, reportAgeMs }: SpeakerStatus, paint: Paint): string {
  if (!online) return paint.bad('offline');
  if (!report) return 'joining';
  const state = report.playout.state.toLowerCase();
  if (reportAgeMs > 3000) return `${state}, ${Math.round(reportAgeMs / 1000)} s ago`;
  if (report.playout.state === 'SOUNDING') return paint.good(state);
  return report.playout.state === 'SILENT' || report.playout.state === 'IDLE' ? state : paint.bad(state);
}

function renderReport({ clock, playout }: Report): string[] {
  const runs = playout.state !== 'IDLE' && playout.state !== 'FAILED';
  return [
    playout.state === 'SOUNDING' ? formatError(playout.errorUs) : '–',
    clockStates[clock.state](formatUs(clock.errorBoundUs)),
    formatRate(clock.driftPpm),
    runs ? formatRate(playout.dacPpm) : '–',
    runs ? formatSlew(playout.slewPpm) : '–',
    runs ? `${Math.round(playout.bufferMs)} ms` : '–',
    String(playout.xruns),
    String(playout.gaps),
    String(playout.resyncs),
  ];
}

const clockStates: Record<Report['clock']['state'], (bound: string) => string> = {
  UNSYNCHRONIZED: () => 'unsynchronized',
  ACQUIRING: (bound) => `acquiring ±${bound}`,
  SYNCHRONIZED: (bound) => `±${bound}`,
  HOLDOVER: (bound) => `holdover ±${bound}`,
};
