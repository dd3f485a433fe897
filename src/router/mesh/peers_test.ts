import { deepEqual } from "node:assert/strict";
import { Peers } from "./peers.ts";
import type { Message, Transport } from "./transport.ts";

/** One isolate whose peers' messages come when the test says so, and how late it was told that they are. */
class Scene implements Disposable {
  /** Milliseconds since 1970. */
  wallMs = 1_800_000_000_000;
  readonly delays: number[] = [];
  #hear: (message: Message<string>) => void = () => {};
  readonly #peers: Peers<string>;
  #seq = 0;

  constructor() {
    const transport: Transport<string> = {
      me: "me",
      start: (hear) => void (this.#hear = hear),
      shout: () => {},
      meet: () => {},
      tell: () => {},
      part: () => {},
      [Symbol.dispose]: () => {},
    };
    this.#peers = new Peers(transport, {
      now: () => performance.now(),
      wallClock: () => this.wallMs,
      hearing: {
        heard: (_peer, _items, delayMs) => void this.delays.push(delayMs),
        begins: () => {},
        lost: () => {},
        pack: (items) => items,
      },
    });
  }

  hello(): void {
    this.#hear({ type: "hello", from: "other" });
  }

  /** A batch comes that was sent so long ago. */
  batch(agoMs: number): void {
    const [link, seq, at] = [1, ++this.#seq, this.wallMs - agoMs];
    this.#hear({ type: "batch", from: "other", link, seq, at, items: ["x"], heard: undefined });
  }

  [Symbol.dispose](): void {
    this.#peers[Symbol.dispose]();
  }
}

Deno.test("Peers says how late the first messages of a peer are, where all of them are", () => {
  using scene = new Scene();
  scene.hello();
  for (const agoMs of [5_000, 5_000, 4_000]) scene.batch(agoMs);
  deepEqual(scene.delays, [5_000, 4_000], "the first batch only begins");
});

Deno.test("Peers says how late messages are, for however long they have been late", () => {
  using scene = new Scene();
  scene.hello();
  for (let n = 0; n < 300; n++) {
    scene.wallMs += 1_000;
    scene.batch(5_000);
  }
  deepEqual(new Set(scene.delays), new Set([5_000]));
});

Deno.test("Peers takes no message for one of the future, should the clock be set back", () => {
  using scene = new Scene();
  scene.hello();
  scene.batch(0);
  scene.wallMs -= 60_000;
  scene.batch(-60_000);
  deepEqual(scene.delays, [0]);
});
