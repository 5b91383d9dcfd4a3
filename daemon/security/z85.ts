// Z85 (ZeroMQ RFC 32): how ZeroMQ's options take and give keys. Four bytes, a number, five digits of base 85.

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** @param bytes a multiple of four of them */
export function toZ85(bytes: Uint8Array): string {
  const view = Buffer.from(bytes);
  let text = '';
  for (let at = 0; at < view.length; at += 4) {
    const value = view.readUInt32BE(at);
    for (let weight = 85 ** 4; weight >= 1; weight /= 85) text += DIGITS[Math.floor(value / weight) % 85];
  }
  return text;
}

/** @throws {RangeError} when the text isn't Z85 */
export function fromZ85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new RangeError('Z85 has a multiple of five digits');
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    const value = [...text.slice(at, at + 5)].reduce((sum, digit) => sum * 85 + digitValue(digit), 0);
    bytes.writeUInt32BE(value, (at / 5) * 4);
  }
  return bytes;
}

function digitValue(digit: string): number {
  const value = DIGITS.indexOf(digit);
  if (value < 0) throw new RangeError(`'${digit}' is no digit of Z85`);
  return value;
}
