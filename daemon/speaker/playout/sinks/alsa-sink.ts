import { constants } from 'node:os';
import type { LocalClock } from '../../../units.ts';
import { readSoundCards, type SoundCard } from '../../devices/sound-cards.ts';
import { goneError, needsRestart } from './alsa-error.ts';
import { type AlsaLibrary, loadAlsa, type PcmHandle } from './alsa-library.ts';
import { openPcm } from './alsa-open.ts';
import type { PcmParams } from './alsa-params.ts';
import { PcmStatusReader } from './alsa-status.ts';
import { Dither } from './dither.ts';
import { encodeSamples, sampleBytes } from './sample-format.ts';
import { type Sink, SinkError, type SinkFormat, type SinkStatus } from './sink.ts';

const { EAGAIN } = constants.errno;

interface OpenPcm {
  readonly alsa: AlsaLibrary;
  readonly pcm: PcmHandle;
  readonly params: PcmParams;
  readonly statusReader: PcmStatusReader;
  /** Takes a whole buffer's frames in the device's format. */
  readonly bytes: Uint8Array;
  readonly dither: Dither;
  writtenFrames: number;
}

/** A sound card, or whatever else an ALSA PCM's name stands for. It can be opened again after a close(). */
export class AlsaSink implements Sink {
  readonly #device: string;
  readonly #clock: LocalClock;
  readonly #readCards: () => readonly SoundCard[];
  #alsa: AlsaLibrary | null = null;
  #open: OpenPcm | null = null;

  /**
   * @param device such as default, hw:CARD=Headphones or plughw:1,0, or a card's id or name, or a part of one
   * @param clock CLOCK_MONOTONIC, which ALSA's stamps are of
   */
  constructor(device: string, clock: LocalClock, readCards: () => readonly SoundCard[] = readSoundCards) {
    this.#device = device;
    this.#clock = clock;
    this.#readCards = readCards;
  }

  open(): SinkFormat {
    this.close();
    this.#alsa ??= loadAlsa();
    const alsa = this.#alsa;
    const { pcm, params } = openPcm(alsa, this.#device, this.#readCards);
    const { format, rate, channels, bufferFrames } = params;
    this.#open = {
      alsa,
      pcm,
      params,
      statusReader: new PcmStatusReader(alsa, pcm, this.#clock, params.monotonicStamps),
      bytes: new Uint8Array(bufferFrames * channels * sampleBytes(format)),
      dither: new Dither(1),
      writtenFrames: 0,
    };
    return {
      device: this.#device,
      rate,
      channels,
      sampleFormat: format === 'S24_3LE' ? 'S24' : format,
      bufferFrames,
    };
  }

  start(prefill: Float32Array): void {
    const open = this.#use();
    const { alsa, pcm, params } = open;
    alsa.snd_pcm_drop(pcm);
    this.#check('preparing it', alsa.snd_pcm_prepare(pcm));
    open.writtenFrames = 0;
    if (!this.write(prefill.subarray(0, params.bufferFrames * params.channels))) return;
    const started = alsa.snd_pcm_start(pcm);
    // It ran dry at once: status() and write() say so.
    if (!needsRestart(started)) this.#check('starting it', started);
  }

  writableFrames(): number {
    const { alsa, pcm, params } = this.#use();
    const frames = alsa.snd_pcm_avail(pcm);
    if (needsRestart(frames)) return params.bufferFrames;
    this.#check('asking for room', frames);
    return Math.min(frames, params.bufferFrames);
  }

  write(interleaved: Float32Array): boolean {
    const open = this.#use();
    const { alsa, pcm, params } = open;
    const frames = interleaved.length / params.channels;
    if (frames > params.bufferFrames) throw new RangeError(`${frames} frames don't fit the device's buffer`);
    encodeSamples(params.format, interleaved, open.bytes, open.dither);
    const frameBytes = params.channels * sampleBytes(params.format);
    for (let done = 0; done < frames; ) {
      const rest = done === 0 ? open.bytes : open.bytes.subarray(done * frameBytes);
      const taken = alsa.snd_pcm_writei(pcm, rest, frames - done);
      if (needsRestart(taken)) return false;
      // What fitted a moment ago no longer does: as frames must not be lost in between, it starts over.
      if (taken === -EAGAIN || taken === 0) return this.#abandon(open);
      this.#check('writing to it', taken);
      done += taken;
    }
    open.writtenFrames += frames;
    return true;
  }

  status(): SinkStatus {
    const { statusReader, writtenFrames } = this.#use();
    const { error, state, delayFrames, atLocalUs } = statusReader.read();
    if (!needsRestart(error)) this.#check('asking for its state', error);
    if (state === 'gone') throw new SinkError('gone', `the sound device "${this.#device}" was unplugged`);
    return {
      state: error >= 0 && state === 'running' ? 'running' : 'xrun',
      atLocalUs,
      writtenFrames,
      delayFrames,
    };
  }

  close(): void {
    if (!this.#open) return;
    const { alsa, pcm } = this.#open;
    this.#open = null;
    alsa.snd_pcm_drop(pcm);
    alsa.snd_pcm_close(pcm);
  }

  /** Stops the device as if it had run dry. */
  #abandon({ alsa, pcm }: OpenPcm): false {
    alsa.snd_pcm_drop(pcm);
    return false;
  }

  #use(): OpenPcm {
    if (!this.#open) throw new SinkError('gone', `the sound device "${this.#device}" is not open`);
    return this.#open;
  }

  #check(step: string, result: number): void {
    if (result < 0) throw goneError(this.#use().alsa, this.#device, step, result);
  }
}
