import type { Track, TrackIndex } from '../../../protos/index.ts';
import type { Decoder } from './decoders/decoder.ts';
import type { MpegStock } from './decoders/mpeg-stock.ts';
import { openDecoder } from './decoders/open-decoder.ts';
import type { MediaQuestion } from './messages.ts';

type Answer = Uint8Array | TrackIndex;

/** The media cache as the playout thread sees it: questions to the main thread, answered when the bytes are there. */
export class RemoteMedia {
  readonly #ask: (id: number, question: MediaQuestion) => void;
  readonly #stock: MpegStock;
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>();
  #lastId = 0;

  constructor(ask: (id: number, question: MediaQuestion) => void, stock: MpegStock) {
    this.#ask = ask;
    this.#stock = stock;
  }

  /** A decoder for a track. @throws when the track can't be had */
  async openDecoder(track: Track): Promise<Decoder> {
    const index = await this.#question({ type: 'index', hash: track.hash });
    if (index instanceof Uint8Array) throw new Error(`bytes came for the index of ${track.hash}`);
    const bytes = { read: (offset: number, length: number) => this.#read(track, offset, length) };
    return openDecoder(index, bytes, this.#stock);
  }

  answer(id: number, value: Answer): void {
    this.#open.get(id)?.resolve(value);
    this.#open.delete(id);
  }

  fail(id: number, reason: string): void {
    this.#open.get(id)?.reject(new Error(reason));
    this.#open.delete(id);
  }

  async #read({ hash, bytes }: Track, offset: number, length: number): Promise<Uint8Array> {
    const value = await this.#question({ type: 'read', hash, bytes, offset, length });
    if (!(value instanceof Uint8Array)) throw new Error(`an index came for bytes of ${hash}`);
    return value;
  }

  #question(question: MediaQuestion): Promise<Answer> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Answer>();
    this.#open.set(id, answer);
    this.#ask(id, question);
    return answer.promise;
  }
}
