import * as v from 'valibot';
import { PROTOCOL } from '../../../protos/index.ts';

/** DNS-SD's service type of a coordinator, without its dots: _jam._tcp. */
export const SERVICE_TYPE = 'jam';

/** What a coordinator tells of itself on the network. */
export interface Announcement {
  /** Of its data directory, so that it stays when name and address change. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The lobby's; the others follow it. */
  readonly port: number;
}

/** A coordinator that was seen on the network, and where. */
export interface Sighting extends Announcement {
  /** The IPv4 address that it has answered from. */
  readonly host: string;
  /** Of the wire contract that it speaks. */
  readonly protocol: number;
}

/** A TXT record holds no longer text. */
const MAX_TXT_BYTES = 200;
/** A DNS label holds 63 bytes; the id's beginning is behind the name. */
const MAX_LABEL_BYTES = 50;

/** The TXT record's pairs. */
export function txtOf({ id, name, version }: Announcement): Record<string, string> {
  return { id, name: cutBytes(name, MAX_TXT_BYTES), version, protocol: `${PROTOCOL}` };
}

/** The service instance's name: people's browsers show it. The id in it keeps it unique without asking around. */
export function instanceName({ id, name }: Announcement): string {
  return `${cutBytes(name.replaceAll('.', '-'), MAX_LABEL_BYTES)} ${id.slice(0, 8)}`;
}

const service = v.object({
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_435)),
  referer: v.object({ address: v.pipe(v.string(), v.ipv4()) }),
  txt: v.object({
    id: v.pipe(v.string(), v.regex(/^[\w-]{8,100}$/)),
    name: v.pipe(
      v.string(),
      v.minLength(1),
      v.maxLength(64),
      v.check((name) => !/\p{C}/u.test(name)),
    ),
    version: v.pipe(v.string(), v.maxLength(100)),
    protocol: v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number)),
  }),
});

/** What a found service is; undefined for one that isn't put as a coordinator's: anybody can announce anything. */
export function sightingOf(found: unknown): Sighting | undefined {
  const result = v.safeParse(service, found);
  if (!result.success) return undefined;
  const { port, referer, txt } = result.output;
  return { ...txt, port, host: referer.address };
}

function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return bytes
    .subarray(0, most)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}
