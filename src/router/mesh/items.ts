/** What isolates say to each other, short since there are many. `n` is the asker's number of a request. */
export type MeshItem<Request = unknown, Progress = unknown, Reply = unknown, Event = unknown> =
  | ["owns", entries: [address: string, epoch: number][]]
  | ["gives", address: string, epoch: number]
  | ["watches", addresses: string[]]
  /** All that holds has been told. */
  | ["told"]
  | ["unwatches", address: string]
  | ["ask", n: number, address: string, leftMs: number, request: Request]
  | ["progress", n: number, progress: Progress]
  | ["reply", n: number, reply: Reply]
  /** The address is not owned here. */
  | ["none", n: number]
  /** It came too late and was not begun. */
  | ["late", n: number]
  | ["event", address: string, event: Event];
