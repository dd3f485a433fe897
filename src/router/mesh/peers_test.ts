import { deepEqual } from "node:assert/strict";
import { Peers } from "./peers.ts";
import type { Transport, TransportMessage } from "./transport.ts";

/** One isolate whose peers' messages come when the test says so, and how late they were reported to be. */
class Scene implements Disposable {
  /** Milliseconds since 1970. */
  wallMs = 1_800_000_000_000;
  readonly delays: number[] = [];
  #receive: (message: TransportMessage<string>) => void = () => {};
  readonly #peers: Peers<string>;
  #seq = 0;

  constructor() {
    const transport: Transport<string> = {
      name: "me",
      start: (receive) => void (this.#receive = receive),
      broadcast: () => {},
      connect: () => {},
      send: () => {},
      disconnect: () => {},
      [Symbol.dispose]: () => {},
    };
    this.#peers = new Peers(transport, {
      now: () => performance.now(),
      wallClock: () => this.wallMs,
      listener: {
        received: (_peer, _items, delayMs) => void this.delays.push(delayMs),
        begins: () => {},
        lost: () => {},
        pack: (items) => items,
      },
    });
  }

  hello(): void {
    this.#receive({ type: "hello", from: "other" });
  }

  /** A batch comes that was sent so long ago. */
  batch(agoMs: number): void {
    const [link, seq, at] = [1, ++this.#seq, this.wallMs - agoMs];
    this.#receive({ type: "batch", from: "other", link, seq, at, items: ["x"], ack: undefined });
  }

  [Symbol.dispose](): void {
    this.#peers[Symbol.dispose]();
  }
}

Deno.test("Peers reports how late a peer's first messages are when all of them are late", () => {
  using scene = new Scene();
  scene.hello();
  for (const agoMs of [5_000, 5_000, 4_000]) scene.batch(agoMs);
  deepEqual(scene.delays, [5_000, 4_000], "the first batch only begins the link");
});

Deno.test("Peers reports how late messages are, for however long they have been late", () => {
  using scene = new Scene();
  scene.hello();
  for (let n = 0; n < 300; n++) {
    scene.wallMs += 1_000;
    scene.batch(5_000);
  }
  deepEqual(new Set(scene.delays), new Set([5_000]));
});

Deno.test("Peers reports no delay below zero when the clock is set back", () => {
  using scene = new Scene();
  scene.hello();
  scene.batch(0);
  scene.wallMs -= 60_000;
  scene.batch(-60_000);
  deepEqual(scene.delays, [0]);
});
