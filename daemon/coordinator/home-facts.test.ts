import test from 'ava';
import { eventually, startedHome } from './coordinator.fixture.ts';

test('what a coordinator does shows in its metrics', async (t) => {
  const home = await startedHome(t);
  await home.hello('a-speaker-of-tests', 'kitchen');
  await home.addTrack(1);
  await home.room({ kind: 'play' });
  const text = await eventually('the room plays', async () => {
    const reply = await fetch(`http://127.0.0.1:${home.port + 2}/metrics`);
    const found = await reply.text();
    return /^jam_room_state\{room="main",state="playing"\} 1$/m.test(found) ? found : undefined;
  });
  const expected = [
    /^jam_room_up\{room="main"\} 1$/m,
    /^jam_room_queue_length\{room="main"\} 1$/m,
    /^jam_speaker_online\{speaker="kitchen",room="main"\} 1$/m,
    /^jam_requests_total\{kind="hello",outcome="done"\} 1$/m,
    /^jam_requests_total\{kind="room.play",outcome="done"\} 1$/m,
    /^jam_media_tracks 1$/m,
    /^jam_media_received_bytes_total [1-9]\d*$/m,
    /^jam_media_disk_free_bytes [1-9]\d*$/m,
    /^process_cpu_seconds_total \d/m,
  ];
  for (const line of expected) t.regex(text, line);
});
