import type { Acknowledgement, Batch } from "./link.ts";

/** What isolates of one program send each other. */
export type TransportMessage<Item> =
  /** The sender is running; repeated every `ROUTER.helloMs`. */
  | { readonly type: "hello"; readonly from: string }
  /** The sender stops. */
  | { readonly type: "bye"; readonly from: string }
  | Batch<Item>
  | Acknowledgement & { readonly type: "ack"; readonly from: string }
  /** The sender did not receive the first batch of this link. */
  | { readonly type: "reset"; readonly from: string; readonly link: number };

/** Carries messages between isolates. It may lose, double and reorder them. */
export interface Transport<Item> extends Disposable {
  /** The isolate's own name, which no isolate had before. */
  readonly name: string;
  /** Receives broadcasts, and what connected peers send to this isolate. */
  start(receive: (message: TransportMessage<Item>) => void): void;
  broadcast(message: TransportMessage<Item>): void;
  /** Opens the channels to and from the peer. */
  connect(peer: string): void;
  /** Sends to a connected peer. */
  send(peer: string, message: TransportMessage<Item>): void;
  disconnect(peer: string): void;
}
