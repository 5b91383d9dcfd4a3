import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The files by which a kernel tells of its sound cards, as Linux 6 writes them, in a folder of their own. */
export function procWithCards(): string {
  const proc = mkdtempSync(join(tmpdir(), 'jam-proc-'));
  const files: Record<string, string> = {
    'asound/cards': ` 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [DAC            ]: USB-Audio - USB Audio DAC
                      Burr-Brown from TI USB Audio DAC at usb-3f980000.usb-1.4, full speed
 2 [Device         ]: USB-Audio - USB Audio Device
                      C-Media USB Audio Device at usb-3f980000.usb-1.5, full speed
 3 [Webcam         ]: USB-Audio - HD Webcam
                      HD Webcam at usb-3f980000.usb-1.1, high speed
`,
    'asound/card0/pcm0p/info': pcmInfo(0, 0, 'bcm2835 Headphones'),
    'asound/card0/pcm0p/sub0/status': 'closed\n',
    'asound/card1/pcm0p/info': pcmInfo(1, 0, 'USB Audio'),
    'asound/card1/pcm0p/sub0/status': `state: RUNNING
owner_pid   : 815
trigger_time: 5021.116170512
tstamp      : 0.000000000
delay       : 7202
avail       : 4798
avail_max   : 5278
-----
hw_ptr      : 222336
appl_ptr    : 229538
`,
    'asound/card2/pcm0p/info': pcmInfo(2, 0, 'USB Audio'),
    'asound/card2/pcm0p/sub0/status': 'closed\n',
    'asound/card2/pcm1p/info': pcmInfo(2, 1, 'USB Audio #1'),
    'asound/card2/pcm1p/sub0/status': 'closed\n',
    'asound/card2/pcm0c/info': pcmInfo(2, 0, 'USB Audio'),
    'asound/card3/pcm0c/info': pcmInfo(3, 0, 'USB Audio'),
    // A thread of mpd's has opened it.
    '815/comm': 'output\n',
    '815/status': 'Name:\toutput\nTgid:\t812\nPid:\t815\n',
    '812/comm': 'mpd\n',
  };
  for (const [path, text] of Object.entries(files)) {
    const file = join(proc, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return proc;
}

function pcmInfo(card: number, device: number, name: string): string {
  return `card: ${card}
device: ${device}
subdevice: 0
stream: PLAYBACK
id: ${name}
name: ${name}
subname: subdevice #0
class: 0
subclass: 0
subdevices_count: 1
subdevices_avail: 1
`;
}
