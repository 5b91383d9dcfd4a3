import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { DriftStore } from '../clock/drift-store.ts';
import { DirectoryLock } from '../directory-lock.ts';
import { monotonicClock } from '../local-clock.ts';
import type { Logger } from '../logger.ts';
import { CoordinatorMemory } from '../net/discovery/coordinator-memory.ts';
import { KeyRing } from '../security/key-ring.ts';
import { MediaCache } from './cache/media-cache.ts';
import type { SpeakerConfig } from './config.ts';
import { Identity } from './identity.ts';
import { Speaker } from './speaker.ts';
import { SpeakerFiles, stateDirectoryOf } from './state-directory.ts';

/** A speaker, and the locks that make its directories its own for as long as they are kept. */
export interface OpenSpeaker {
  readonly speaker: Speaker;
  readonly locks: readonly DirectoryLock[];
}

/**
 * The speaker as it is configured, with what it remembers of its earlier runs; not started yet.
 * @param onDeath called when the playout thread has died
 * @throws {DirectoryInUseError} when it runs already; the disk's errors
 */
export async function openSpeaker(
  config: SpeakerConfig,
  worker: Worker,
  log: Logger,
  onDeath: (error: Error) => void,
): Promise<OpenSpeaker> {
  // Each speaker of a host has directories of its own, also when they are given the same ones.
  const cacheDirectory = join(config.cacheDir, encodeURIComponent(config.name));
  const stateDirectory = stateDirectoryOf(config.name, config.cacheDir, process.env);
  const locks = [...new Set([stateDirectory, cacheDirectory])].map((one) => new DirectoryLock(one));
  for (const lock of locks) lock.start();
  const files = new SpeakerFiles(stateDirectory);
  files.moveFrom(cacheDirectory);
  const identity = new Identity(files.identity);
  identity.load();
  const cache = new MediaCache(join(cacheDirectory, 'tracks'), config.cacheMb * 1e6, log);
  await cache.start();
  const ring = new KeyRing(files.keys);
  ring.load();
  const remembered = {
    identity,
    drifts: new DriftStore(files.drifts),
    coordinator: new CoordinatorMemory(files.coordinator),
    ring,
  };
  const coordinator = config.coordinator ?? ({ kind: 'any' } as const);
  const settings = { ...config, coordinator, delayMs: config.delayMs };
  const speaker = new Speaker(settings, worker, remembered, cache, monotonicClock, log, onDeath);
  return { speaker, locks };
}
