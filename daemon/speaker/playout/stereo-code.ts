// The WASM code that renders stereo, as its instructions: https://webassembly.github.io/spec/core/binary/. What it
// does is renderStereo() of resampler.ts, four taps at once in single precision.

const I32 = 0x7f;
const F32 = 0x7d;
const F64 = 0x7c;
const V128 = 0x7b;
const NO_RESULT = 0x40;

/** Names of parameters and locals; their numbers are their places. */
const parameters = [
  ['left', I32],
  ['right', I32],
  ['out', I32],
  ['taps', I32],
  ['slopes', I32],
  ['rowBytes', I32],
  ['first', I32],
  ['at', F64],
  ['step', F64],
  ['count', I32],
  ['phases', F64],
] as const;
const locals = [
  ['i', I32],
  ['frame', I32],
  ['row', I32],
  ['tap', I32],
  ['end', I32],
  ['sample', I32],
  ['position', F64],
  ['phase', F64],
  ['sum', F32],
  ['fraction', V128],
  ['weights', V128],
  ['leftSum', V128],
  ['rightSum', V128],
] as const;
const names: readonly string[] = [...parameters, ...locals].map(([name]) => name);

type Code = readonly number[];

const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  lessSigned: [0x48],
  lessUnsigned: [0x49],
  fromF64: [0xaa],
} as const;
const f32 = { add: [0x92], fromF64: [0xb6], store: (offset: number): Code => [0x38, 2, offset] } as const;
const f64 = { add: [0xa0], sub: [0xa1], mul: [0xa2], fromI32: [0xb7] } as const;
const v128 = {
  load: [0xfd, 0x00, 2, 0],
  zero: [0xfd, 0x0c, ...Array<number>(16).fill(0)],
  splat: [0xfd, 0x13],
  lane: (lane: number): Code => [0xfd, 0x1f, lane],
  add: [0xfd, 0xe4, 0x01],
  mul: [0xfd, 0xe6, 0x01],
} as const;
const get = (name: string): Code => [0x20, names.indexOf(name)];
const set = (name: string): Code => [0x21, names.indexOf(name)];
const tee = (name: string): Code => [0x22, names.indexOf(name)];
const loop: Code = [0x03, NO_RESULT];
const repeatIf: Code = [0x0d, 0];
const end: Code = [0x0b];

/** out[place] = the four lanes of a sum together. */
function storeSum(name: string, offset: number): Code {
  const pair = (a: number, b: number): Code =>
    [get(name), v128.lane(a), get(name), v128.lane(b), f32.add].flat();
  return [pair(0, 2), pair(1, 3), f32.add, set('sum'), get('out'), get('sum'), f32.store(offset)].flat();
}

/** sum += weights × the four samples at an address. */
function accumulate(sum: string, address: Code): Code {
  return [get(sum), get('weights'), address, v128.load, v128.mul, v128.add, set(sum)].flat();
}

const body: Code = [
  loop,
  // position = at + i × step; the frame before it, and the table's row and the rest for what is behind that.
  ...[get('at'), get('i'), f64.fromI32, get('step'), f64.mul, f64.add, tee('position')],
  ...[i32.fromF64, set('frame')],
  ...[get('position'), get('frame'), f64.fromI32, f64.sub, get('phases'), f64.mul, tee('phase')],
  ...[i32.fromF64, set('row')],
  ...[get('phase'), get('row'), f64.fromI32, f64.sub, f32.fromF64, v128.splat, set('fraction')],
  // Addresses: of the row's taps, of their end, and of the first sample on the left.
  ...[get('row'), get('rowBytes'), i32.mul, get('taps'), i32.add, tee('tap')],
  ...[get('rowBytes'), i32.add, set('end')],
  ...[get('frame'), get('first'), i32.add, i32.const(4), i32.mul, get('left'), i32.add, set('sample')],
  ...[v128.zero, tee('leftSum'), set('rightSum')],
  loop,
  // weights = taps + fraction × slopes
  ...[get('tap'), v128.load, get('fraction')],
  ...[
    get('tap'),
    get('slopes'),
    get('taps'),
    i32.sub,
    i32.add,
    v128.load,
    v128.mul,
    v128.add,
    set('weights'),
  ],
  accumulate('leftSum', get('sample')),
  accumulate('rightSum', [get('sample'), get('right'), get('left'), i32.sub, i32.add].flat()),
  ...[get('sample'), i32.const(16), i32.add, set('sample')],
  ...[get('tap'), i32.const(16), i32.add, tee('tap'), get('end'), i32.lessUnsigned, repeatIf],
  end,
  storeSum('leftSum', 0),
  storeSum('rightSum', 4),
  ...[get('out'), i32.const(8), i32.add, set('out')],
  ...[get('i'), i32.const(1), i32.add, tee('i'), get('count'), i32.lessSigned, repeatIf],
  end,
  end,
].flat();

/**
 * A module that imports a memory `m.m` and exports `render(left, right, out, taps, slopes, rowBytes, first, at, step,
 * count, phases)`: writes count stereo frames, interleaved, at least one. The first five are addresses in bytes;
 * `first` is the first tap's place relative to the frame before a position.
 */
export function stereoModule(): Uint8Array<ArrayBuffer> {
  const types = parameters.map(([, type]) => type);
  const declared = locals.flatMap(([, type]) => [1, type]);
  const code = [locals.length, ...declared, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, types.length, ...types, 0]),
    ...section(2, [1, ...text('m'), ...text('m'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('render'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function text(word: string): Code {
  return [word.length, ...Buffer.from(word, 'latin1')];
}

/** LEB128 */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
