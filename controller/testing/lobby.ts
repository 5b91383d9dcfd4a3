import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Responder } from '../../daemon/net/responder.ts';
import { publishKeys } from '../../daemon/security/runtime-keys.ts';
import { LobbyReply, LobbyRequest, PROTOCOL } from '../../protos/index.ts';
import { run } from '../run.ts';
import type { Output } from '../session.ts';

/** In which jamctl finds what a coordinator has left on its host. */
export const environment = { JAM_KEYS_DIR: mkdtempSync(join(tmpdir(), 'jam-test-keys-')) };
process.once('exit', () => rmSync(environment.JAM_KEYS_DIR, { recursive: true, force: true }));

type Body = LobbyRequest['body'];

/** A lobby on a real socket that answers as the test says, and remembers what it was asked. */
export class TestLobby {
  readonly asked: Body[] = [];
  readonly requestIds: string[] = [];
  readonly #answer: (body: Body) => LobbyReply['body'] | undefined;
  #responder: Responder | undefined;
  port = 0;

  /** @param answer undefined: the reply is lost */
  constructor(answer: (body: Body) => LobbyReply['body'] | undefined) {
    this.#answer = answer;
  }

  async start(port?: number): Promise<void> {
    this.port = port ?? (await freePort());
    this.#responder = new Responder(async (bytes) => {
      const { requestId, body } = LobbyRequest.decode(bytes);
      this.asked.push(body);
      this.requestIds.push(requestId);
      const reply = this.#answer(body);
      if (!reply) return new Promise(() => {});
      return LobbyReply.encode({ protocol: PROTOCOL, requestId, body: reply });
    });
    await this.#responder.start(`tcp://127.0.0.1:${this.port}`);
    publishKeys(this.port, { security: 'none' }, environment);
  }

  stop(): void {
    this.#responder?.stop();
  }
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** What a run of jamctl came to. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs jamctl in this process against a coordinator's port on this host. */
export async function jamctl(port: number, ...args: string[]): Promise<Outcome> {
  const out = capture();
  const err = capture();
  const code = await run(['--coordinator', `127.0.0.1:${port}`, ...args], {
    stdout: out.output,
    stderr: err.output,
    env: environment,
  });
  return { code, out: out.text(), err: err.text() };
}

function capture(): { output: Output; text(): string } {
  const pieces: string[] = [];
  return { output: { write: (text) => pieces.push(text) }, text: () => pieces.join('') };
}
