import type { Output } from '../session.ts';

/** Told how an upload goes on. */
export interface Progress {
  file(name: string): void;
  advance(bytes: number): void;
  end(): void;
}

/** A bar on the terminal, gone at the end; elsewhere nothing. */
export async function startProgress(output: Output, totalBytes: number): Promise<Progress> {
  if (!output.isTTY) return { file() {}, advance() {}, end() {} };
  const { SingleBar } = await import('cli-progress');
  const { formatBytes } = await import('../quantities.ts');
  const { short } = await import('../text.ts');
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {done} of {all}  {name}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: true,
  });
  const all = formatBytes(totalBytes);
  let doneBytes = 0;
  bar.start(totalBytes, 0, { done: formatBytes(0), all, name: '' });
  return {
    file: (name) => bar.update({ name: short(name, 40) }),
    advance(bytes) {
      doneBytes += bytes;
      bar.update(doneBytes, { done: formatBytes(doneBytes) });
    },
    end: () => bar.stop(),
  };
}
