import { readFileSync } from 'node:fs';
import test from 'ava';
import { expose, metricsOf } from './exposition.ts';
import { home } from './home.fixture.ts';

const project = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, project), 'utf8');
const names = metricsOf(home).map(({ name }) => name);

test('rooms and speakers are told in base units, with their names as labels', async (t) => {
  const text = await expose(home);
  const lines = [
    'jam_coordinator_info{name="attic",version="0.1.0"} 1',
    'jam_room_up{room="main"} 1',
    'jam_room_state{room="main",state="playing"} 1',
    'jam_room_state{room="main",state="paused"} 0',
    'jam_room_queue_length{room="main"} 4',
    'jam_room_spread_bound_seconds{room="main"} 0.000096',
    'jam_speaker_online{speaker="kitchen",room="main"} 1',
    'jam_speaker_playout_error_seconds{speaker="kitchen",room="main"} -0.000012',
    'jam_speaker_clock_state{speaker="kitchen",room="main",state="synchronized"} 1',
    'jam_speaker_dac_ppm{speaker="kitchen",room="main"} -17.5',
    'jam_speaker_xruns_total{speaker="kitchen",room="main"} 2',
    'jam_requests_total{kind="hello",outcome="done"} 7',
    'jam_requests_total{kind="room.play",outcome="busy"} 1',
    'jam_media_sent_bytes_total 4000',
    'jam_event_loop_delay_p99_seconds 0.002',
  ];
  for (const line of lines) t.true(text.split('\n').includes(line), `${line} is missing in:\n${text}`);
});

test('what is not known is absent, not 0', async (t) => {
  const text = await expose({
    ...home,
    rooms: [{ name: 'den', isUp: true, status: undefined }],
    speakers: [],
  });
  t.notRegex(text, /spread|jam_speaker|jam_room_state/);
});

test('a room that does not answer and a speaker that is offline have no figures of before', async (t) => {
  const text = await expose(home);
  t.deepEqual(text.match(/^.*"den".*$/gm), ['jam_room_up{room="den"} 0']);
  const shelf = text.match(/^jam_speaker_\w+(?=.*"shelf")/gm);
  t.deepEqual(shelf, ['jam_speaker_online', 'jam_speaker_info']);
});

test('names from outside cannot break the format or grow without end', async (t) => {
  const [first] = home.speakers;
  if (!first) return t.fail();
  const device = `x"} 1\n${'y'.repeat(1000)}`;
  const text = await expose({ ...home, speakers: [{ ...first, device }] });
  const [line = ''] = text.match(/^jam_speaker_info.*$/m) ?? [];
  t.true(line.includes('x\\"} 1\\nyyy'), line);
  t.true(line.length < 300, line);
});

test('each metric is explained in docs/metrics.md, and nothing that does not exist', (t) => {
  const told = new Set(read('docs/metrics.md').match(/\b(jam|process)_[a-z0-9_]+\b/g));
  t.deepEqual([...told].sort(), [...names].sort());
});

test('the dashboard and the alert rules ask for metrics that exist', (t) => {
  for (const path of ['deploy/grafana/jam-dashboard.json', 'deploy/grafana/jam-alerts.yml']) {
    const asked = [...new Set(read(path).match(/\b(jam|process)_[a-z0-9]+_[a-z0-9_]+\b/g))];
    t.true(asked.length > 5, path);
    for (const name of asked) t.true(names.includes(name), `${path} asks for ${name}`);
  }
});
