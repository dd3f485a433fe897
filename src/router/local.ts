import { Owners } from "./owners.ts";
import type { NearRouter, Owner, OwnershipClaim, RequestOptions } from "./router.ts";
import { Watchers } from "./watchers.ts";

/** The router of a program with one isolate: two maps. */
export class LocalRouter<Request, Progress, Reply, Event>
  implements NearRouter<Request, Progress, Reply, Event> {
  readonly #owners = new Owners<Request, Progress, Reply>();
  readonly #watchers = new Watchers<Event>();

  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim {
    return this.#owners.claim(address, owner, { epoch });
  }

  owns(address: string): boolean {
    return this.#owners.has(address);
  }

  knows(address: string): boolean {
    return this.#owners.has(address);
  }

  request(
    address: string,
    request: Request,
    options: RequestOptions<Progress> = {},
  ): Promise<Reply | undefined> {
    return this.#owners.request(address, request, options);
  }

  publish(address: string, event: Event): void {
    this.#watchers.notify(address, event);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    return this.#watchers.add(address, { listener, missed });
  }

  [Symbol.dispose](): void {
    // Nothing to release.
  }
}
