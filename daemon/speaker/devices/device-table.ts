import Table from 'cli-table3';
import type { ListedDevice } from './device-list.ts';

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** The devices as a table for people. */
export function tableOf(devices: readonly ListedDevice[]): string {
  if (devices.length === 0) return 'There is no sound device.\n';
  const table = new Table({
    head: ['DEVICE', 'NAME', 'STATE', 'FORMATS', 'RATES', 'CHANNELS'],
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const entry of devices) table.push(rowOf(entry));
  const lines = table.toString().split('\n');
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** The devices as one JSON document; what isn't known is null. */
export function jsonOf(devices: readonly ListedDevice[]): string {
  const entries = devices.map(({ device, name, probed, holders }) => {
    const abilities = probed.state === 'free' ? probed.abilities : null;
    return {
      device,
      name: name || null,
      state: probed.state,
      problem: probed.state === 'failed' ? probed.problem : null,
      holders,
      formats: abilities?.formats ?? null,
      ratesHz: abilities?.rates ?? null,
      fewestChannels: abilities?.fewestChannels ?? null,
      mostChannels: abilities?.mostChannels ?? null,
    };
  });
  return `${JSON.stringify({ devices: entries })}\n`;
}

function rowOf(entry: ListedDevice): string[] {
  const { device, name, probed } = entry;
  if (probed.state !== 'free') return [device, name, stateOf(entry), '', '', ''];
  const { formats, rates, fewestChannels, mostChannels } = probed.abilities;
  const channels = fewestChannels === mostChannels ? `${mostChannels}` : `${fewestChannels}–${mostChannels}`;
  return [device, name, 'free', formats.join(' '), rates.map((rate) => rate / 1000).join(' '), channels];
}

function stateOf({ probed, holders }: ListedDevice): string {
  if (probed.state === 'failed') return probed.problem;
  const programs = holders.map(({ pid, program }) => program || `process ${pid}`);
  return programs.length > 0 ? `busy: ${programs.join(', ')}` : 'busy';
}
