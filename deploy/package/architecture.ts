/** What a package is made for: as Debian calls it, and as npm does. */
export interface Architecture {
  readonly debian: 'amd64' | 'arm64';
  readonly npm: 'x64' | 'arm64';
}

/** Those that all that Jam stands on has binaries for. */
export const ARCHITECTURES: readonly Architecture[] = [
  { debian: 'amd64', npm: 'x64' },
  { debian: 'arm64', npm: 'arm64' },
];
