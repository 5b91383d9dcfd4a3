import { crc32, deflateSync } from 'node:zlib';

const SIZE = 128;

/** The song's cover as a PNG: rings spreading from two speakers, over an evening sky. */
export function coverPng(): Buffer {
  const rows = Array.from({ length: SIZE }, (_, y) => {
    const row = Buffer.alloc(1 + 3 * SIZE); // each row begins with its filter, 0: none
    for (let x = 0; x < SIZE; x++) row.set(pixel(x / SIZE, y / SIZE), 1 + 3 * x);
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a colour, RGB
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function pixel(x: number, y: number): [number, number, number] {
  const rings = [0.25, 0.75].map((centre) => Math.sin(34 * Math.hypot(x - centre, y - 0.6)));
  const light = Math.max(0, (rings[0] ?? 0) + (rings[1] ?? 0) - 0.6) / 1.4;
  const sky: [number, number, number] = [40 + 180 * y, 50 + 60 * y, 110 - 30 * y];
  return [sky[0] + (255 - sky[0]) * light, sky[1] + (235 - sky[1]) * light, sky[2] + (190 - sky[2]) * light];
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
