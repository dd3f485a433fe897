import type { Owner, Router } from "./router.ts";

/**
 * The port to other programs of the fleet, on this machine or others, which {@linkcode FleetRouter} puts behind the
 * router of one program. Messages are plain data, as the router's. It asks, publishes and listens as a router does,
 * without the own program: an event that cannot be sent is lost, and watchers elsewhere learn that they missed some.
 */
export interface FleetUplink<Request, Progress, Reply, Event>
  extends Pick<Router<Request, Progress, Reply, Event>, "request" | "publish" | "watch">, AsyncDisposable {
  /** Whether other programs can be reached now. */
  readonly connected: boolean;
  /** How many isolates of other programs are connected, as far as is known. */
  readonly peers: number;
  /**
   * Passes requests for the address to the owner until disposed of, or until another owner in any program serves it with
   * a higher epoch: then the owner is told once that it is displaced.
   */
  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable;
}
