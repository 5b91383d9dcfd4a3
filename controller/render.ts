import type {
  Glitch,
  HostEntry,
  QueueItem,
  RoomEntry,
  RoomQueue,
  RoomSettings,
  SpeakerEntry,
} from '../protos/index.ts';
import { formatDelay, formatTime } from './quantities.ts';
import { renderLastAction } from './render-people.ts';
import { table } from './table.ts';
import { plain, short } from './text.ts';

/** "Title, by Artist", or the title alone. */
export function renderItem({ track }: QueueItem): string {
  const title = plain(track.title) || track.hash.slice(0, 12);
  return track.artist === '' ? title : `${title}, by ${plain(track.artist)}`;
}

export function renderLevels(volume: number, muted: boolean): string {
  return muted ? `${volume} (muted)` : String(volume);
}

export function renderQueue(queue: RoomQueue): string {
  if (queue.items.length === 0) return 'The queue is empty. "jamctl add FILE" puts tracks into it.';
  const rows = queue.items.map(({ track }, index) => [
    index + 1 === queue.current ? '*' : '',
    String(index + 1),
    short(track.title || track.hash.slice(0, 12), 50),
    short(track.artist, 30),
    formatTime(track.frames / track.sampleRate),
    `${track.codec} ${track.sampleRate / 1000} kHz ${track.channels === 1 ? 'mono' : 'stereo'}`,
  ]);
  const columns = [
    { head: '' },
    { head: '#', right: true },
    { head: 'TITLE' },
    { head: 'ARTIST' },
    { head: 'LENGTH', right: true },
    { head: 'FORMAT' },
  ];
  return table(columns, rows);
}

export function renderRooms(rooms: readonly RoomEntry[]): string {
  const rows = rooms.map((room) => [
    plain(room.name),
    room.running ? room.state.toLowerCase() : 'restarting',
    `${room.speakersOnline} of ${room.speakers} online`,
    room.people.map(plain).join(', ') || '–',
    room.lastAction ? renderLastAction(room.lastAction) : '–',
    short(room.title, 50),
  ]);
  const heads = ['ROOM', 'STATE', 'SPEAKERS', 'PEOPLE', 'LAST', 'TRACK'];
  return table(
    heads.map((head) => ({ head })),
    rows,
  );
}

export function renderSettings(room: string, { mayAdd, defaultVolume, holdMs }: RoomSettings): string {
  const who = { GUEST: 'guests, members and admins', MEMBER: 'members and admins', ADMIN: 'admins' }[mayAdd];
  return [
    `${plain(room)}:`,
    `  ${who} may add to the queue`,
    `  a speaker that is new in the room has the volume ${defaultVolume}`,
    `  for ${holdMs} ms after a play, pause, skip, seek or clear another one is refused as busy`,
  ].join('\n');
}

export function renderGlitches(glitches: readonly Glitch[]): string {
  if (glitches.length === 0) return 'Nothing was heard that should not have been.';
  const rows = glitches.map(({ atUnixMs, kind, cause }) => [localTime(atUnixMs), kind, plain(cause)]);
  return table([{ head: 'TIME' }, { head: 'WHAT' }, { head: 'CAUSE' }], rows);
}

function localTime(unixMs: number): string {
  return new Date(unixMs).toLocaleString('sv-SE');
}

function stateOf({ online, pending, code }: SpeakerEntry | HostEntry): string {
  if (pending) return plain(code === '' ? 'pending' : `pending, code ${code}`);
  return online ? 'online' : 'offline';
}

export function renderHosts(hosts: readonly HostEntry[]): string {
  if (hosts.length === 0)
    return (
      'No other host runs rooms. To have one do so, set lobby in its /etc/jam/room-host.toml and type there ' +
      '"sudo systemctl enable --now jam-room-host"; without systemd "jam-coordinator --role rooms --lobby HOST".'
    );
  const rows = hosts.map((host) => [
    plain(host.name),
    stateOf(host),
    `${host.rooms}`,
    `${plain(host.address)}:${host.port}`,
    plain(host.version),
  ]);
  const columns = [
    { head: 'HOST' },
    { head: 'STATE' },
    { head: 'ROOMS', right: true },
    { head: 'ADDRESS' },
    { head: 'VERSION' },
  ];
  return table(columns, rows);
}

/** Those that wait to be adopted are shown with the code that they log. */
export function renderSpeakers(speakers: readonly SpeakerEntry[]): string {
  if (speakers.length === 0) return 'No speaker has joined yet. Start one with "jam-speaker --name NAME".';
  const rows = speakers.map((speaker) => [
    plain(speaker.name),
    plain(speaker.room) || '–',
    stateOf(speaker),
    renderLevels(speaker.volume, speaker.muted),
    formatDelay(speaker.delayUs),
    plain(speaker.device),
    plain(speaker.version),
  ]);
  const columns = [
    { head: 'SPEAKER' },
    { head: 'ROOM' },
    { head: 'STATE' },
    { head: 'VOLUME', right: true },
    { head: 'DELAY', right: true },
    { head: 'DEVICE' },
    { head: 'VERSION' },
  ];
  return table(columns, rows);
}
