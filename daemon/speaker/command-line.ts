import { Command } from 'commander';
import { version } from '../version.ts';

/** jam-speaker's flags and help: the command line is parsed by them, the man page made of them. */
export function speakerCommand(): Command {
  return new Command('jam-speaker')
    .description('Plays a room of Jam on this device, in time with all the others.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--config <FILE>', 'a TOML file with these settings, named like the flags')
    .option('--print-config', 'print each setting with where it comes from, as TOML, and end')
    .option('--name <NAME>', "this speaker's name, unique in the home (default: the host name)")
    .option(
      '--coordinator <HOST[:PORT]|NAME>',
      'where the coordinator is, or what it is called (default: the one it was with last, else the one on this host, else the one on the network)',
    )
    .option(
      '--device <DEVICE>',
      "the sound device: an ALSA PCM, or a sound card's name or a part of it (default: default)",
    )
    .option('--list-devices', 'print the sound devices that there are, and end')
    .option('--json', 'print them as JSON')
    .option('--sink <SINK>', 'alsa, wav:FILE, or sim:ppm=N,record=FILE for a simulated DAC (default: alsa)')
    .option(
      '--delay-ms <N>',
      'how much later than the device the sound is heard; the speaker plays that much earlier',
    )
    .option(
      '--buffer-ms <N>',
      'how much is written ahead while music plays, 60 to 240; more for a slow machine (default: 150)',
    )
    .option('--channels <CHOICE>', 'stereo, left, right, mono (both as one) or swap (default: stereo)')
    .option(
      '--mixer [NAME]',
      "let volume move the sound card's own control, this one or a usual one (default: none)",
    )
    .option(
      '--idle-close-s <N>',
      'with nothing to play for so long, leave the device to others; 0: never (default: 300)',
    )
    .option(
      '--cache-dir <DIR>',
      'where tracks are kept (default: $XDG_CACHE_HOME/jam or ~/.cache/jam), and with one of your own, unless it is a service, also who it is',
    )
    .option('--cache-mb <N>', 'how much of them, in MB (default: 512)')
    .option('--log-level <LEVEL>', 'error, warn, info or debug (default: info)')
    .addHelpText(
      'after',
      "\nEach setting can also come from the environment, as JAM_ and the flag's name: JAM_BUFFER_MS, JAM_DEVICE.\n" +
        'Flags win over the environment, that over the file.\n' +
        '\nExample:\n  jam-speaker --name kitchen --coordinator 192.168.1.10 --device "USB Audio"\n  jam-speaker --list-devices\n',
    );
}
