import test from 'ava';
import fc from 'fast-check';
import { PROTOCOL } from '../../../protos/index.ts';
import { instanceName, sightingOf, txtOf } from './announcement.ts';

const id = '0a1b2c3d-0000-4000-8000-000000000000';

test('what a coordinator announces is what is seen of it', (t) => {
  const announced = { id, name: 'Under the roof', version: '0.1.0', port: 7400 };
  const service = { port: announced.port, referer: { address: '10.0.0.1' }, txt: txtOf(announced) };
  t.deepEqual(sightingOf(service), { ...announced, protocol: PROTOCOL, host: '10.0.0.1' });
});

test('a long name fits into its DNS label and TXT record, and stays whole characters', (t) => {
  const name = '屋'.repeat(64);
  const label = instanceName({ id, name, version: '1', port: 1 });
  t.true(Buffer.byteLength(label) <= 63, label);
  t.regex(label, /^屋+ 0a1b2c3d$/);
  t.regex(txtOf({ id, name, version: '1', port: 1 }).name ?? '', /^屋{66}$|^屋{64}$/);
  t.notRegex(instanceName({ id, name: 'a.b', version: '1', port: 1 }), /\./);
});

test('what anybody else announces is left out, whatever it is', (t) => {
  const good = {
    port: 7400,
    referer: { address: '10.0.0.1' },
    txt: { id, name: 'x', version: '1', protocol: '1' },
  };
  t.truthy(sightingOf(good));
  const bad = [
    undefined,
    {},
    { ...good, port: 0 },
    { ...good, referer: { address: 'fe80::1' } },
    { ...good, txt: { ...good.txt, id: '../../etc' } },
    { ...good, txt: { ...good.txt, name: 'x\u001b[2J' } },
    { ...good, txt: { ...good.txt, protocol: 'one' } },
  ];
  for (const one of bad) t.is(sightingOf(one), undefined, JSON.stringify(one));
  fc.assert(fc.property(fc.anything(), (anything) => sightingOf(anything) === undefined));
});
