/** Something that goes wrong for a while. Seconds count from the command to play. */
export interface Fault {
  /** kill-coordinator: all of it is killed, then started again. cut: all hosts are off the network. */
  readonly kind: 'kill-coordinator' | 'cut';
  readonly atS: number;
  readonly forS: number;
}

/** Of `kind@at+length,…` in seconds. @throws {RangeError} saying what is wrong */
export function parseFaults(text: string): Fault[] {
  return text.split(',').map((part) => {
    const [, kind, at, length] = /^(kill-coordinator|cut)@(\d+)\+(\d+)$/.exec(part) ?? [];
    if (kind !== 'kill-coordinator' && kind !== 'cut') {
      throw new RangeError(`"${part}" is no fault: kill-coordinator@20+10 or cut@50+10 are`);
    }
    return { kind, atS: Number(at), forS: Number(length) };
  });
}
