import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errno.ts';
import type { Logger } from '../logger.ts';
import type { HomeFacts } from './facts.ts';

/** Who may read the metrics: nobody, this host only, or any that reaches the port. */
export const METRICS_FOR = ['off', 'local', 'any'] as const;
export type MetricsFor = (typeof METRICS_FOR)[number];

/** Answers GET /metrics for Prometheus. */
export class MetricsPage {
  readonly #audience: MetricsFor;
  readonly #gather: () => Promise<HomeFacts>;
  readonly #log: Logger;

  /** @param gather gives the facts of now; it's asked at each scrape */
  constructor(audience: MetricsFor, gather: () => Promise<HomeFacts>, log: Logger) {
    this.#audience = audience;
    this.#gather = gather;
    this.#log = log;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#audience === 'off')
      return text(response, 404, 'metrics are off: see jam-coordinator --metrics\n');
    if (this.#audience === 'local' && !isLoopback(request.socket.remoteAddress))
      return text(
        response,
        403,
        'metrics are for this host only: start jam-coordinator with --metrics any\n',
      );
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(response, 405, 'metrics can only be read\n');
    try {
      const { contentType, expose } = await import('./exposition.ts');
      const body = await expose(await this.#gather());
      text(response, 200, request.method === 'GET' ? body : '', contentType);
    } catch (error) {
      this.#log.error({ err: error }, `the metrics can't be told: ${messageOf(error)}`);
      text(response, 500, 'the metrics failed: see the log of jam-coordinator\n');
    }
  }
}

/** @param address such as 127.0.0.1, ::1 or ::ffff:127.0.0.1 */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function text(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}
