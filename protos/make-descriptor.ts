import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

// npm run protos: writes descriptor.json.

const files = ['clock.proto', 'media.proto', 'room.proto', 'people.proto', 'keys.proto', 'lobby.proto'];

/** The .proto files of this folder as one JSON document. */
export function makeDescriptor(): unknown {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => fileURLToPath(new URL(target, import.meta.url));
  root.loadSync(files);
  return JSON.parse(JSON.stringify(root.toJSON()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL('descriptor.json', import.meta.url);
  writeFileSync(path, `${JSON.stringify(makeDescriptor(), null, 1)}\n`);
}
