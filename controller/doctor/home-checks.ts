import type { SpeakerStatus } from '../../protos/index.ts';
import { formatUs } from '../quantities.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import type { CoordinatorFacts, HomeFacts, PortFacts } from './home-facts.ts';

const SLOW_MS = 20;
const POOR_CLOCK_US = 1000;

/** Everything that can be told of the coordinator and the speakers, as they are seen from this host. */
export function homeChecks({ place, coordinator, failure, ownVersion }: HomeFacts): Finding[] {
  if (!place || !coordinator)
    return [
      problem('home', failure, 'start jam-coordinator, or say where it is: --coordinator HOST or NAME'),
    ];
  return [
    reachCheck(`${coordinator.name} at ${place.host}:${place.port}`, coordinator),
    portsCheck(coordinator.ports, place.host),
    versionCheck(ownVersion, coordinator),
    ...speakerChecks(coordinator),
    ...clockChecks(coordinator.statuses),
  ];
}

function reachCheck(who: string, { roundTripsMs }: CoordinatorFacts): Finding {
  const sorted = [...roundTripsMs].sort((a, b) => a - b);
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const worstMs = sorted.at(-1) ?? 0;
  const found = `the coordinator ${who} answers within ${medianMs.toFixed(1)} ms, at worst ${worstMs.toFixed(1)} ms`;
  if (medianMs < SLOW_MS) return ok('home', found);
  return warning('home', found, 'see to the network: Wi-Fi power save, distance, other load');
}

function portsCheck(ports: readonly PortFacts[], host: string): Finding {
  const shut = ports.filter(({ reach }) => reach !== 'open');
  if (shut.length === 0)
    return ok('ports', `the coordinator's ports can be reached: ${ports.map(describePort).join(', ')}`);
  const reaches = [...new Set(shut.map(({ reach }) => reach))].join(', ');
  const found = `of the coordinator's ports these can't be reached (${reaches}): ${shut.map(describePort).join(', ')}`;
  const first = ports[0]?.port ?? 7400;
  return problem('ports', found, `let TCP ports ${first} to ${first + 99} through the firewall of ${host}`);
}

const describePort = ({ port, what }: PortFacts): string => `${port} ${what}`;

function versionCheck(own: string, { version, speakers = [] }: CoordinatorFacts): Finding {
  const others = speakers.filter((speaker) => speaker.online && speaker.version !== version);
  const found = [
    `jamctl is ${own}, the coordinator ${version}`,
    ...others.map((speaker) => `speaker ${speaker.name} ${speaker.version}`),
  ].join(', ');
  if (own === version && others.length === 0) return ok('versions', `${found}, and so are all speakers`);
  return warning('versions', found, 'bring all of them to one version');
}

function speakerChecks({ speakers }: CoordinatorFacts): Finding[] {
  if (!speakers)
    return [warning('home', 'the coordinator does not show its speakers', 'log in: jamctl login NAME')];
  if (speakers.length === 0)
    return [
      warning('home', 'no speaker has ever been here', 'start jam-speaker on a host with a sound device'),
    ];
  const away = speakers.filter(({ online }) => !online).map(({ name }) => name);
  if (away.length === 0) return [ok('home', `all speakers are online (${speakers.length})`)];
  const found = `${away.length} of ${speakers.length} speakers are offline: ${away.join(', ')}`;
  return [warning('home', found, 'see whether they have power and network; jamctl doctor there tells more')];
}

function clockChecks(statuses: readonly SpeakerStatus[]): Finding[] {
  return statuses.flatMap(({ member, online, report }) => {
    if (!online || !report) return [];
    const { state, errorBoundUs } = report.clock;
    const found = `the clock of ${member.name} is ${state.toLowerCase()}, to ±${formatUs(errorBoundUs)}`;
    const isGood = state === 'SYNCHRONIZED' && errorBoundUs < POOR_CLOCK_US;
    const clock = isGood
      ? ok('clock', found)
      : warning('clock', found, 'see to its network: on Wi-Fi switch power save off; give it half a minute');
    if (!report.problem) return [clock];
    return [
      clock,
      problem('home', `speaker ${member.name}: ${report.problem}`, 'see its log: journalctl -u jam-speaker'),
    ];
  });
}
