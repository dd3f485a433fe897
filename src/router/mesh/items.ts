/** What isolates tell each other, in few bytes since there are many. `n` is the requester's number of a request. */
export type MeshItem<Request = unknown, Progress = unknown, Reply = unknown, Event = unknown> =
  | ["owns", entries: [address: string, epoch: number][]]
  | ["releases", address: string, epoch: number]
  | ["watches", addresses: string[]]
  | ["unwatches", address: string]
  /** The sender has told all that it owns and watches. */
  | ["synced"]
  | ["request", n: number, address: string, leftMs: number, request: Request]
  | ["progress", n: number, progress: Progress]
  | ["reply", n: number, reply: Reply]
  /** The address is not owned here. */
  | ["not-owned", n: number]
  /** The request came too late and was not begun. */
  | ["late", n: number]
  | ["event", address: string, event: Event];
