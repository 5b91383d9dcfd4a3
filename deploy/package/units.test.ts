import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const FOLDER = fileURLToPath(new URL('../../systemd/', import.meta.url));
/** By systemd-analyze, from 0 to 10. */
const MOST_EXPOSED = 2;

for (const unit of readdirSync(FOLDER)) {
  test(`${unit} exposes little`, (t) => {
    const args = ['security', '--offline=true', '--no-pager', `${FOLDER}${unit}`];
    const { error, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    if (error) {
      t.log('not tried: there is no systemd-analyze here');
      return t.pass();
    }
    const level = Number(/Overall exposure level .*: (\d+\.\d)/.exec(stdout)?.[1]);
    t.true(level <= MOST_EXPOSED, `${level} of ${MOST_EXPOSED} at most`);
  });

  test(`${unit} tells systemd when it is ready, is watched, and is started again for ever`, (t) => {
    const text = readFileSync(`${FOLDER}${unit}`, 'utf8');
    const settings = [
      'Type=notify',
      'Restart=always',
      'StartLimitIntervalSec=0',
      'RestartPreventExitStatus=2',
    ];
    for (const setting of settings) t.true(text.split('\n').includes(setting), setting);
    t.regex(text, /^WatchdogSec=\d+$/m);
  });
}
