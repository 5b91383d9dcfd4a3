import type { ErrorCode } from '../../protos/index.ts';

/** A request that is understood and not done; the message is a sentence for people. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
