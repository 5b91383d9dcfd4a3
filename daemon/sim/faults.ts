import type { Conditions } from './conditions.ts';
import type { Home } from './home.ts';
import type { PathModel } from './path.ts';
import type { SimulatedRoom } from './room.ts';
import type { SimulatedSpeaker } from './speaker.ts';

/** Breaks things in a home, and mends them. Times are in seconds. */
export class Faults {
  readonly #home: Home;
  readonly #conditions: Conditions;

  constructor(home: Home, conditions: Conditions) {
    this.#home = home;
    this.#conditions = conditions;
  }

  /** Nothing gets through between speakers and the coordinator, in both directions or only one. */
  cut(
    speakers: readonly SimulatedSpeaker[],
    seconds: number,
    ways: 'both' | 'there' | 'back' = 'both',
  ): void {
    this.#say(`${namesOf(speakers)} cut off (${ways}) for ${seconds.toFixed(1)} s`);
    const set = (isCut: boolean) => {
      for (const speaker of speakers) {
        const { there, back } = this.#home.paths(speaker);
        if (ways !== 'back') there.isCut = isCut;
        if (ways !== 'there') back.isCut = isCut;
      }
      this.#conditions.update();
    };
    set(true);
    this.#in(seconds, () => set(false), 'the network is whole');
  }

  /** The ways between speakers and the coordinator become others. */
  change(speakers: readonly SimulatedSpeaker[], there: PathModel, back: PathModel = there): void {
    for (const speaker of speakers) {
      const paths = this.#home.paths(speaker);
      paths.there.model = there;
      paths.back.model = back;
    }
  }

  killSpeaker(speaker: SimulatedSpeaker, seconds: number): void {
    this.#say(`${speaker.name} is killed for ${seconds.toFixed(1)} s`);
    speaker.kill();
    this.#conditions.disturb([speaker], true);
    this.#in(seconds, () => speaker.start(), `${speaker.name} starts`);
  }

  suspendSpeaker(speaker: SimulatedSpeaker, seconds: number): void {
    if (speaker.host.isAsleep) return;
    this.#say(`${speaker.name} is suspended for ${seconds.toFixed(1)} s`);
    speaker.host.suspend();
    this.#conditions.disturb([speaker], true);
    this.#in(
      seconds,
      () => {
        speaker.host.resume();
        this.#conditions.disturb([speaker], true);
      },
      `${speaker.name} wakes`,
    );
  }

  suspendCoordinator(seconds: number): void {
    const { host } = this.#home.coordinator;
    if (host.isAsleep) return;
    this.#say(`the coordinator is suspended for ${seconds.toFixed(1)} s`);
    host.suspend();
    this.#conditions.disturb(this.#home.speakers, true);
    this.#in(
      seconds,
      () => {
        host.resume();
        this.#conditions.disturb(this.#home.speakers, true);
      },
      'the coordinator wakes',
    );
  }

  /** @param ms ahead, above 0 */
  stepSpeakerClock(speaker: SimulatedSpeaker, ms: number): void {
    this.#say(`${speaker.name}'s clock steps by ${ms.toFixed(1)} ms`);
    speaker.host.stepClock(ms * 1000);
    this.#conditions.disturb([speaker], true);
  }

  stepCoordinatorClock(ms: number): void {
    this.#say(`the coordinator's clock steps by ${ms.toFixed(1)} ms`);
    this.#home.coordinator.host.stepClock(ms * 1000);
    this.#conditions.disturb(this.#home.speakers, true);
  }

  killRoom(room: SimulatedRoom): void {
    this.#say(`room ${room.room.name} is killed`);
    room.kill();
    this.#conditions.update();
  }

  killCoordinator(seconds: number): void {
    this.#say(`the coordinator is killed for ${seconds.toFixed(1)} s`);
    this.#home.coordinator.kill();
    this.#conditions.update();
    this.#in(seconds, () => this.#home.coordinator.start(), 'the coordinator starts');
  }

  /** Its host boots: programs die, and its clock is another one. */
  rebootCoordinator(seconds: number): void {
    this.#say(`the coordinator's host boots, which takes ${seconds.toFixed(1)} s`);
    this.#home.coordinator.kill();
    this.#home.coordinator.host.reboot();
    this.#conditions.disturb(this.#home.speakers, true);
    this.#in(
      seconds,
      () => {
        this.#home.coordinator.start();
        this.#conditions.disturb(this.#home.speakers, true);
      },
      'the coordinator starts',
    );
  }

  /** The coordinator's disk takes nothing. */
  fillDisk(seconds: number): void {
    this.#say(`the coordinator's disk is full for ${seconds.toFixed(1)} s`);
    const { coordinator } = this.#home;
    const set = (isFull: boolean) => {
      coordinator.disk.isFull = isFull;
      for (const room of coordinator.rooms) room.disk.isFull = isFull;
    };
    set(true);
    this.#in(seconds, () => set(false), 'there is room on the disk');
  }

  /** The room dies when it next saves something. */
  crashAtSave(room: SimulatedRoom, when: 'before' | 'after'): void {
    this.#say(`room ${room.room.name} dies just ${when} it has next saved`);
    room.disk.crash = {
      when,
      kill: () => {
        room.kill();
        this.#conditions.update();
      },
    };
  }

  /** A speaker's playout thread doesn't run, and its device runs dry if it's for long. */
  stall(speaker: SimulatedSpeaker, ms: number): void {
    this.#say(`${speaker.name}'s playout stands still for ${ms.toFixed(0)} ms`);
    speaker.stall(ms);
    this.#conditions.stall(speaker, this.#home.schedule.nowUs + ms * 1000);
  }

  unplug(speaker: SimulatedSpeaker, seconds: number): void {
    this.#say(`${speaker.name}'s device is pulled out for ${seconds.toFixed(1)} s`);
    speaker.device.isGone = true;
    this.#conditions.disturb([speaker], false);
    this.#in(
      seconds,
      () => {
        speaker.device.isGone = false;
        this.#conditions.disturb([speaker], false);
      },
      `${speaker.name}'s device is back`,
    );
  }

  /** Behind a speaker's DAC there is another amplifier from now on. @param ms that it delays the sound by, up to 150 */
  delay(speaker: SimulatedSpeaker, ms: number): void {
    this.#say(`what follows ${speaker.name} delays by ${ms.toFixed(1)} ms`);
    speaker.device.lagUs = ms * 1000;
    this.#conditions.disturb([speaker], false);
  }

  /** Tracks come at this share of their usual rate; 0: not at all. */
  slowMedia(share: number, seconds: number): void {
    this.#say(`tracks come at ${(share * 100).toFixed(0)} % for ${seconds.toFixed(1)} s`);
    this.#home.mediaShare = share;
    this.#conditions.update();
    this.#in(
      seconds,
      () => {
        this.#home.mediaShare = 1;
        this.#conditions.update();
      },
      'tracks come as usual',
    );
  }

  #in(seconds: number, run: () => void, text: string): void {
    this.#home.schedule.after(seconds * 1e6, () => {
      this.#say(text);
      run();
    });
  }

  #say(text: string): void {
    this.#home.log.add('—', text);
  }
}

function namesOf(speakers: readonly SimulatedSpeaker[]): string {
  return speakers.map(({ name }) => name).join(', ');
}
