import { setFlagsFromString } from 'node:v8';
import { MPEGDecoder } from 'mpg123-decoder';

/** For what sounds, and for what stands by; what follows is opened long before it is needed. */
const stockSize = 2;

/**
 * Decoders of mpg123 that nothing has been decoded by yet. Making one takes some 15 ms, on a small machine several times that: too
 * much for the playout thread to do while it opens a track, which is work enough.
 */
export class MpegStock {
  #fresh: MPEGDecoder[] = [];

  /**
   * Fills it, and compiles the decoder: roughly, within some 10 ms, and it stays so. A hundred times real time
   * is enough, and what V8 does better later it hands to helper threads, for which the playout thread would have to wait.
   */
  async fill(): Promise<void> {
    setFlagsFromString('--no-wasm-dynamic-tiering');
    while (this.#fresh.length < stockSize) this.#fresh.push(await make());
  }

  /** A fresh one, ready, without gapless trimming; to be given back. */
  async take(): Promise<MPEGDecoder> {
    return this.#fresh.pop() ?? (await make());
  }

  /** It is made fresh if there is need of it, else freed. */
  async giveBack(mpeg: MPEGDecoder): Promise<void> {
    if (this.#fresh.length >= stockSize) return mpeg.free();
    await mpeg.reset();
    this.#fresh.push(mpeg);
  }
}

async function make(): Promise<MPEGDecoder> {
  const mpeg = new MPEGDecoder({ enableGapless: false });
  await mpeg.ready;
  return mpeg;
}
