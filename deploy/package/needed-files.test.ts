import test from 'ava';
import { isNeededPackageFile, isNeededSource } from './needed-files.ts';

const arm64 = { debian: 'arm64', npm: 'arm64' } as const;

test('of a dependency its code, its data and its licence are packaged', (t) => {
  for (const path of [
    'pino/pino.js',
    'pino/package.json',
    'pino/LICENSE',
    'koffi/src/koffi/src/static.js',
    '@wasm-audio-decoders/common/src/puff/Puff.wasm',
    'pino-pretty/node_modules/strip-json-comments/index.js',
  ])
    t.true(isNeededPackageFile(path, arm64), path);
});

test('what is there to build, to check or to explain a dependency is not', (t) => {
  for (const path of [
    '.bin/pino',
    '.package-lock.json',
    'pino/README.md',
    'pino/pino.d.ts',
    'pino/test/basic.test.js',
    'koffi/src/koffi/src/trampolines.cjs',
    'typescript/lib/tsc.js',
    '@typescript/native/lib/tsc.js',
    'cmake-ts/build/main.js',
  ])
    t.false(isNeededPackageFile(path, arm64), path);
});

test('binaries are those for the architecture', (t) => {
  const needed = (path: string) => isNeededPackageFile(path, arm64);
  t.true(needed('zeromq/build/linux/arm64/node/glibc-127-Release/addon.node'));
  t.false(needed('zeromq/build/linux/arm64/node/musl-127-Release/addon.node'));
  t.false(needed('zeromq/build/linux/x64/node/glibc-127-Release/addon.node'));
  t.true(needed('@koromix/koffi-linux-arm64/linux_arm64/koffi.node'));
  t.false(needed('@koromix/koffi-linux-arm64/musl_arm64/koffi.node'));
});

test('of the project what runs on speakers and coordinators is packaged, its tests and benches are not', (t) => {
  for (const path of ['package.json', 'protos/lobby.proto', 'daemon/speaker/main.ts'])
    t.true(isNeededSource(path), path);
  for (const path of [
    'README.md',
    'bench/resampler.ts',
    'deploy/test.ts',
    'daemon/sim/home.ts',
    'daemon/speaker/follower.test.ts',
    'daemon/coordinator/coordinator.fixture.ts',
    'daemon/media/fixtures/tagged.mp3',
    'controller/main.ts',
  ])
    t.false(isNeededSource(path), path);
});
