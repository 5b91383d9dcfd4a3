/** A WAV file of 16 bits; samples are −1 to 1 at full scale, clipped beyond. */
export function wavFile(rate: number, channels: readonly Float32Array[]): Buffer {
  const frames = channels[0]?.length ?? 0;
  const frameBytes = 2 * channels.length;
  const file = Buffer.alloc(44 + frames * frameBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(frames * frameBytes, 40);
  for (const [c, samples] of channels.entries()) {
    samples.forEach((sample, i) => {
      const value = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
      file.writeInt16LE(value, 44 + i * frameBytes + 2 * c);
    });
  }
  return file;
}
