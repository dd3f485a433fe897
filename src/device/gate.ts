import { DEVICE } from "../limits.ts";

/** Somebody who is on his way through the gate. */
export interface Passage {
  /** He has begun to say who he is. */
  heard(): void;
  /** He is through, or gone. Calling it twice is harmless. */
  over(): void;
}

/** For whoever needs no gate. */
export const NO_GATE: Passage = { heard: () => {}, over: () => {} };

/**
 * Lets so many new connections say who they are at once; the others wait, first come, first served. Who says nothing
 * for a moment makes room: he costs nothing until he does.
 */
export class Gate {
  #free: number = DEVICE.beginningMax;
  readonly #waiting: (() => void)[] = [];

  /** Whether some have to wait. */
  get isCrowded(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when one may begin. */
  async enter(): Promise<Passage> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    return this.#pass();
  }

  #pass(): Passage {
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
    const timer = setTimeout(over, DEVICE.beginningMs);
    return { heard: () => clearTimeout(timer), over };
  }
}
