import type { Batch, ReceivedBatch } from "./link.ts";

/** What isolates of one program say to each other. */
export type Message<Item> =
  /** I am here. */
  | { readonly type: "hello"; readonly from: string }
  /** I am gone. */
  | { readonly type: "bye"; readonly from: string }
  | Batch<Item>
  | ReceivedBatch & { readonly type: "heard"; readonly from: string }
  /** I do not know how this link began. */
  | { readonly type: "reset"; readonly from: string; readonly link: number };

/** What carries messages between isolates. It may lose, double and reorder them. */
export interface Transport<Item> extends Disposable {
  /** The isolate's own name, which none ever had before. */
  readonly me: string;
  /** Hears what is said to all, and what those say whom it has met. */
  start(hear: (message: Message<Item>) => void): void;
  /** Says it to all. */
  shout(message: Message<Item>): void;
  meet(peer: string): void;
  /** Says it to one that it has met. */
  tell(peer: string, message: Message<Item>): void;
  part(peer: string): void;
}
