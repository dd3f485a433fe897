import type { Transport, TransportMessage } from "./transport.ts";

/**
 * Carries messages between the isolates of one process over BroadcastChannel. Each direction between two isolates has a
 * channel: the channel's name is compared before a message is read, so messages between others cost little.
 */
export class BroadcastTransport<Item> implements Transport<Item> {
  readonly name: string;
  readonly #program: string;
  readonly #all: BroadcastChannel;
  readonly #peers = new Map<string, { to: BroadcastChannel; from: BroadcastChannel }>();
  #receive: (message: TransportMessage<Item>) => void = () => {};

  /** @param program the same for all isolates of the program */
  constructor(program: string, name: string) {
    this.name = name;
    this.#program = program;
    this.#all = new BroadcastChannel(program);
  }

  start(receive: (message: TransportMessage<Item>) => void): void {
    this.#receive = receive;
    this.#all.onmessage = ({ data }) => receive(data);
  }

  broadcast(message: TransportMessage<Item>): void {
    this.#all.postMessage(message);
  }

  connect(peer: string): void {
    const to = new BroadcastChannel(`${this.#program} ${this.name} ${peer}`);
    const from = new BroadcastChannel(`${this.#program} ${peer} ${this.name}`);
    from.onmessage = ({ data }) => this.#receive(data);
    this.#peers.set(peer, { to, from });
  }

  send(peer: string, message: TransportMessage<Item>): void {
    this.#peers.get(peer)?.to.postMessage(message);
  }

  disconnect(peer: string): void {
    const channels = this.#peers.get(peer);
    channels?.to.close();
    channels?.from.close();
    this.#peers.delete(peer);
  }

  [Symbol.dispose](): void {
    for (const peer of [...this.#peers.keys()]) this.disconnect(peer);
    this.#all.close();
  }
}
