import { PERSON } from "../../lib/limits.ts";
import type { Entry } from "../../router/mod.ts";
import type { PersonHere, PersonSocketHere } from "../../cabinet/requests.ts";

/** One socket of the person in this isolate. */
export interface RegisteredSocket extends PersonSocketHere {
  /** Called when older sockets of the person are as many as there may be. */
  readonly tooMany: () => void;
}

/** One person in this isolate, who is told of to the others. */
export class RegisteredPerson implements Disposable {
  readonly #sockets = new Map<string, RegisteredSocket>();
  readonly #entry: Entry<PersonHere>;
  #taps = 0;

  /** @param enter tells the others, and is told when something changes there */
  constructor(enter: (here: PersonHere, changed: () => void) => Entry<PersonHere>) {
    this.#entry = enter(this.#here(), () => this.#dismissSoon());
  }

  /** Nothing of the person is left here. */
  get isGone(): boolean {
    return this.#sockets.size === 0 && this.#taps === 0;
  }

  /** How many sockets the person has, in all isolates. */
  get sockets(): number {
    return this.#entry.others.reduce((sum, { sockets }) => sum + sockets.length, this.#sockets.size);
  }

  /** How many unfinished taps the person has in other isolates. */
  get tapsElsewhere(): number {
    return this.#entry.others.reduce((sum, { taps }) => sum + taps, 0);
  }

  add(socket: RegisteredSocket): void {
    this.#sockets.set(socket.id, socket);
    this.#entry.update(this.#here());
    this.#dismissSoon();
  }

  delete(id: string): void {
    if (this.#sockets.delete(id)) this.#entry.update(this.#here());
  }

  setTaps(count: number): void {
    this.#taps = count;
    this.#entry.update(this.#here());
  }

  [Symbol.dispose](): void {
    this.#entry[Symbol.dispose]();
  }

  /** Whoever adds a socket or enters is not ready yet to lose it again. */
  #dismissSoon(): void {
    queueMicrotask(() => this.#dismissNewest());
  }

  /**
   * All isolates put the sockets in the same order: the oldest stay, and each isolate closes those of the others that
   * are its own.
   */
  #dismissNewest(): void {
    if (this.sockets <= PERSON.socketsMax) return;
    const all = [...this.#sockets.values(), ...this.#entry.others.flatMap(({ sockets }) => sockets)];
    for (const { id } of all.sort(byAge).slice(PERSON.socketsMax)) this.#sockets.get(id)?.tooMany();
  }

  #here(): PersonHere {
    const sockets = Array.from(this.#sockets.values(), ({ id, openedAt }) => ({ id, openedAt }));
    return { sockets, taps: this.#taps };
  }
}

function byAge(a: PersonSocketHere, b: PersonSocketHere): number {
  return a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
}
