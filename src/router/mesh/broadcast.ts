import type { Message, Transport } from "./transport.ts";

/**
 * Between the isolates of one process, over BroadcastChannel. A channel for each direction between two of them: the
 * name is compared before a message is read, so that what others say to each other costs little.
 */
export class BroadcastTransport<Item> implements Transport<Item> {
  readonly me: string;
  readonly #program: string;
  readonly #all: BroadcastChannel;
  readonly #peers = new Map<string, { to: BroadcastChannel; from: BroadcastChannel }>();
  #hear: (message: Message<Item>) => void = () => {};

  /** @param program the same for all isolates of the program */
  constructor(program: string, me: string) {
    this.me = me;
    this.#program = program;
    this.#all = new BroadcastChannel(program);
  }

  start(hear: (message: Message<Item>) => void): void {
    this.#hear = hear;
    this.#all.onmessage = ({ data }) => hear(data);
  }

  shout(message: Message<Item>): void {
    this.#all.postMessage(message);
  }

  meet(peer: string): void {
    const to = new BroadcastChannel(`${this.#program} ${this.me} ${peer}`);
    const from = new BroadcastChannel(`${this.#program} ${peer} ${this.me}`);
    from.onmessage = ({ data }) => this.#hear(data);
    this.#peers.set(peer, { to, from });
  }

  tell(peer: string, message: Message<Item>): void {
    this.#peers.get(peer)?.to.postMessage(message);
  }

  part(peer: string): void {
    const channels = this.#peers.get(peer);
    channels?.to.close();
    channels?.from.close();
    this.#peers.delete(peer);
  }

  [Symbol.dispose](): void {
    for (const peer of [...this.#peers.keys()]) this.part(peer);
    this.#all.close();
  }
}
