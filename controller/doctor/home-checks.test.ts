import test from 'ava';
import { report } from '../testing/samples.ts';
import type { Finding } from './finding.ts';
import { homeChecks } from './home-checks.ts';
import type { CoordinatorFacts, HomeFacts } from './home-facts.ts';

const speaker = {
  speakerId: 's1',
  name: 'kitchen',
  room: 'main',
  online: true,
  volume: 70,
  muted: false,
  delayUs: 0,
  version: '0.1.0',
  device: 'default',
  pending: false,
  code: '',
};
const member = { speakerId: 's1', name: 'kitchen', volume: 70, muted: false, delayUs: 0 };
const inTime = {
  ...report,
  problem: '',
  clock: { ...report.clock, state: 'SYNCHRONIZED', errorBoundUs: 45 },
} as const;

const coordinator: CoordinatorFacts = {
  name: 'attic',
  version: '0.1.0',
  roundTripsMs: [1, 2, 3],
  ports: [
    { port: 7400, what: 'lobby', reach: 'open' },
    { port: 7402, what: 'media', reach: 'open' },
  ],
  speakers: [speaker],
  statuses: [{ member, online: true, report: inTime, reportAgeMs: 100 }],
};
const place = { host: '10.0.0.1', port: 7400 };
const home: HomeFacts = { ownVersion: '0.1.0', place, coordinator, failure: '' };

const amiss = (facts: Partial<CoordinatorFacts>): Finding[] =>
  homeChecks({ ...home, coordinator: { ...coordinator, ...facts } }).filter(
    ({ verdict }) => verdict !== 'ok',
  );

test('a healthy home is well in all respects', (t) => {
  t.deepEqual(amiss({}), []);
  const [first] = homeChecks(home);
  t.regex(first?.found ?? '', /attic at 10\.0\.0\.1:7400 answers within 2\.0 ms, at worst 3\.0 ms/);
});

test('without a coordinator that is the one problem, with its reason', (t) => {
  const failure = 'nothing listens at localhost:7400';
  const findings = homeChecks({ ...home, place: undefined, coordinator: undefined, failure });
  t.is(findings.length, 1);
  t.like(findings[0], { verdict: 'problem', found: failure });
  t.regex(findings[0]?.advice ?? '', /--coordinator/);
});

const finds = test.macro({
  exec(t, facts: Partial<CoordinatorFacts>, verdict: Finding['verdict'], found: RegExp, advice: RegExp) {
    const [first, ...more] = amiss(facts);
    t.is(first?.verdict, verdict);
    t.regex(first?.found ?? '', found);
    t.regex(first?.advice ?? '', advice);
    t.deepEqual(more, []);
  },
  title: (_, __: Partial<CoordinatorFacts>, verdict: Finding['verdict'], found: RegExp) =>
    `it is a ${verdict} that ${found.source}`,
});

test(finds, { roundTripsMs: [30, 40, 50] }, 'warning', /answers within 40\.0 ms/, /network/);
test(
  finds,
  {
    ports: [
      { port: 7400, what: 'lobby', reach: 'open' },
      { port: 7402, what: 'media', reach: 'silent' },
    ],
  },
  'problem',
  /can't be reached \(silent\): 7402 media$/,
  /ports 7400 to 7499 through the firewall of 10\.0\.0\.1/,
);
test(
  finds,
  { speakers: [{ ...speaker, version: '0.0.9' }] },
  'warning',
  /speaker kitchen 0\.0\.9/,
  /one version/,
);
test(finds, { speakers: undefined }, 'warning', /does not show its speakers/, /jamctl login/);
test(finds, { speakers: [] }, 'warning', /no speaker has ever been here/, /start jam-speaker/);
test(
  finds,
  { speakers: [speaker, { ...speaker, name: 'shelf', online: false }] },
  'warning',
  /1 of 2 speakers are offline: shelf/,
  /jamctl doctor there/,
);
test(
  finds,
  {
    statuses: [
      {
        member,
        online: true,
        report: { ...inTime, clock: { ...inTime.clock, errorBoundUs: 4000 } },
        reportAgeMs: 1,
      },
    ],
  },
  'warning',
  /kitchen is synchronized, to ±4000 µs/,
  /power save/,
);
test(
  finds,
  { statuses: [{ member, online: true, report: { ...inTime, problem: 'no device' }, reportAgeMs: 1 }] },
  'problem',
  /speaker kitchen: no device/,
  /journalctl/,
);
