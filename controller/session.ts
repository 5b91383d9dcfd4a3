import type { RoomCommand } from '../protos/index.ts';
import type { LobbyClient } from './client.ts';
import { noPaint, type Paint, terminalPaint } from './paint.ts';
import { plain } from './text.ts';

/** A stream that text is written to; a terminal has a size. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Where a command reads its surroundings and writes its result. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Where passwords come from. */
  readonly stdin?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a command answers the person. */
export class Screen {
  readonly io: Io;
  readonly json: boolean;
  /** Set by a command that is done in part. */
  exitCode = 0;

  constructor(io: Io, json: boolean) {
    this.io = io;
    this.json = json;
  }

  /** Colours for standard output: only on a terminal, and not against NO_COLOR. */
  get paint(): Paint {
    return this.io.stdout.isTTY && !this.io.env.NO_COLOR ? terminalPaint : noPaint;
  }

  /** Writes the command's one result: text, or with --json the document. */
  show(text: () => string, document: () => unknown): void {
    if (this.json) return void this.io.stdout.write(`${JSON.stringify(document())}\n`);
    const shown = text();
    if (shown !== '') this.io.stdout.write(`${shown}\n`);
  }
}

/** What a command runs with: whom it asks, about which room, and how it answers the person. */
export class Session extends Screen {
  readonly client: LobbyClient;
  readonly room: string;
  readonly timeoutMs: number;

  constructor(io: Io, client: LobbyClient, options: { room: string; json: boolean; timeoutMs: number }) {
    super(io, options.json);
    this.client = client;
    this.room = options.room;
    this.timeoutMs = options.timeoutMs;
  }

  /** Writes what a command that has no result of its own was answered. */
  showNote(note: string): void {
    this.show(
      () => plain(note),
      () => ({ ok: true, note }),
    );
  }

  /** Has the room do something, and shows its note. */
  async command(body: RoomCommand['body']): Promise<void> {
    const { note } = await this.client.askRoom(this.room, body, 'done');
    this.showNote(note);
  }
}
