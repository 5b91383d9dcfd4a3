import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as v from 'valibot';
import { ConfigError, explainConfig, oneOf, readConfig, wholeNumber } from './config.ts';

const schema = { port: wholeNumber(1, 65_535), dataDir: v.string(), logLevel: oneOf(['info', 'debug']) };
const defaults = { port: 7400, dataDir: '/default', logLevel: 'info' };
const none = { environment: {}, flags: {} };

function fileWith(t: ExecutionContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'jam-config-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'jam.toml');
  writeFileSync(path, text);
  return path;
}

test('defaults are overridden by the file, that by the environment, that by flags', (t) => {
  const file = fileWith(t, 'port = 1\ndata-dir = "/file"\nlog-level = "debug"\n');
  const environment = { JAM_PORT: '2', JAM_DATA_DIR: '/environment' };
  t.deepEqual(readConfig(schema, defaults, none), { port: 7400, dataDir: '/default', logLevel: 'info' });
  t.deepEqual(readConfig(schema, defaults, { file, environment, flags: { port: '3' } }), {
    port: 3,
    dataDir: '/environment',
    logLevel: 'debug',
  });
});

test('all that is wrong is named at once, each with its place and what would be right', (t) => {
  const file = fileWith(t, '# ours\n\nprot = 1\n[log-level]\nx = 1\n');
  const sources = { file, environment: {}, flags: { port: '70000' } };
  const error = t.throws(() => readConfig(schema, defaults, sources), { instanceOf: ConfigError });
  const [unknown, ...wrong] = error.message.split('\n');
  t.is(unknown, `${file}:3: prot is not a setting; did you mean port?`);
  t.deepEqual(wrong, [
    '--port = "70000": a whole number from 1 to 65535 is expected',
    `${file}:4: log-level = {"x":1}: one of info, debug is expected`,
  ]);
});

test('a setting that is nowhere is named with all its places', (t) => {
  const error = t.throws(() => readConfig({ name: v.string() }, {}, none), { instanceOf: ConfigError });
  t.is(error.message, '--name is missing (or JAM_NAME, or name in the file)');
});

test('what is misspelt, or below a heading, is told how to be written', (t) => {
  const file = fileWith(t, 'data_dir = "x"\nquite-unlike = 1\n[coordinator]\nport = 1\n');
  const error = t.throws(() => readConfig(schema, defaults, { ...none, file }), { instanceOf: ConfigError });
  t.deepEqual(error.message.split('\n'), [
    `${file}:1: data_dir is not a setting; did you mean data-dir?`,
    `${file}:2: quite-unlike is not a setting; these are: port, data-dir, log-level`,
    `${file}:3: coordinator is not a setting; write port without [coordinator] above`,
  ]);
});

test('a variable that is misspelt is told how to be written; what is like no setting is left to others', (t) => {
  const environment = {
    JAM_PROT: '1',
    JAM_DATADIR: '/x',
    jam_log_level: 'info',
    JAM_KEYS_DIR: '/y',
    JAM_ROOM: 'a',
  };
  const error = t.throws(() => readConfig(schema, defaults, { ...none, environment }), {
    instanceOf: ConfigError,
  });
  t.deepEqual(error.message.split('\n'), [
    'JAM_DATADIR is not a setting; did you mean JAM_DATA_DIR?',
    'jam_log_level is not a setting; did you mean JAM_LOG_LEVEL?',
  ]);
});

test('a value of a wrong type is told in words', (t) => {
  const file = fileWith(t, 'data-dir = 3\nport = nan\nlog-level = 1979-05-27\n');
  const error = t.throws(() => readConfig(schema, defaults, { ...none, file }), { instanceOf: ConfigError });
  t.deepEqual(error.message.split('\n').sort(), [
    `${file}:1: data-dir = 3: text in quotes is expected`,
    `${file}:2: port = NaN: a whole number from 1 to 65535 is expected`,
    `${file}:3: log-level = "1979-05-27": one of info, debug is expected`,
  ]);
});

test('each setting can be shown with where it comes from, as TOML that reads the same again', (t) => {
  const file = fileWith(t, '\nport = 1\n');
  const sources = { file, environment: { JAM_DATA_DIR: '/a "b"' }, flags: { logLevel: 'debug' } };
  const text = explainConfig({ ...schema, delayMs: v.exactOptional(v.number()) }, defaults, sources);
  t.is(
    text,
    [
      `port = 1               # ${file}:2`,
      `data-dir = "/a \\"b\\""  # environment JAM_DATA_DIR`,
      `log-level = "debug"    # flag --log-level`,
      '# delay-ms             # not set\n',
    ].join('\n'),
  );
  t.regex(explainConfig(schema, defaults, none), /^port = 7400 +# default$/m);
  const again = readConfig(schema, {}, { ...none, file: fileWith(t, text) });
  t.deepEqual(again, { port: 1, dataDir: '/a "b"', logLevel: 'debug' });
});

test('a file that is missing, or is not TOML, is told as such', (t) => {
  t.throws(() => readConfig(schema, defaults, { ...none, file: '/nowhere/jam.toml' }), {
    instanceOf: ConfigError,
    message: /nowhere/,
  });
  const file = fileWith(t, '\nport = = 3');
  const flags = { port: 'x' };
  const error = t.throws(() => readConfig(schema, defaults, { ...none, file, flags }));
  const [broken, wrong] = error.message.split('\n');
  t.true(broken?.startsWith(`${file}:2:8: this is not TOML: `), broken);
  t.is(wrong, '--port = "x": a whole number from 1 to 65535 is expected');
});
