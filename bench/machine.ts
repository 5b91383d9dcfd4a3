import os from 'node:os';

/** What a figure was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
}

export function machine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model ?? os.arch(),
    cores: cpus.length,
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
  };
}
