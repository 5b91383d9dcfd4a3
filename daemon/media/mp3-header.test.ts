import test from 'ava';
import { parseMp3Header } from './mp3-header.ts';

const at = (...bytes: number[]) => parseMp3Header(Uint8Array.from(bytes), 0);

test('lengths follow from version, bit rate, sample rate and padding', (t) => {
  t.like(at(0xff, 0xfb, 0x90, 0x44), {
    version: '1',
    sampleRate: 44100,
    channels: 2,
    bytes: 417,
    frames: 1152,
  });
  t.like(at(0xff, 0xfb, 0x92, 0x44), { bytes: 418 });
  t.like(at(0xff, 0xfb, 0xe8, 0xc4), { sampleRate: 32000, channels: 1, bytes: 1440 });
  t.like(at(0xff, 0xf3, 0x80, 0x44), { version: '2', sampleRate: 22050, bytes: 208, frames: 576 });
  t.like(at(0xff, 0xe3, 0x10, 0xc4), {
    version: '2.5',
    sampleRate: 11025,
    channels: 1,
    bytes: 52,
    frames: 576,
  });
});

test('main data is what header, checksum and side information leave', (t) => {
  t.is(at(0xff, 0xfb, 0x90, 0x44)?.mainDataBytes, 417 - 4 - 32);
  t.is(at(0xff, 0xfa, 0x90, 0x44)?.mainDataBytes, 417 - 4 - 2 - 32);
  t.is(at(0xff, 0xe3, 0x10, 0xc4)?.mainDataBytes, 52 - 4 - 9);
});

test('other layers, free format, reserved values and halves of headers are none', (t) => {
  t.is(at(0xff, 0xfd, 0x90, 0x44), undefined, 'Layer II');
  t.is(at(0xff, 0xfb, 0x00, 0x44), undefined, 'free format');
  t.is(at(0xff, 0xfb, 0xf0, 0x44), undefined, 'reserved bit rate');
  t.is(at(0xff, 0xfb, 0x9c, 0x44), undefined, 'reserved sample rate');
  t.is(at(0xff, 0xeb, 0x90, 0x44), undefined, 'reserved version');
  t.is(at(0xff, 0x1b, 0x90, 0x44), undefined, 'no sync');
  t.is(at(0xff, 0xfb, 0x90), undefined, 'three bytes');
});
