/**
 * The pages that look at one cabinet: each change is made into text once and sent to all of them.
 *
 * @module
 */
import type { Cabinet, Cabinets, CabinetView, CellView } from "../locker/mod.ts";
import type { CabinetEvent, CabinetRouter } from "../router/mod.ts";
import type { ToPage } from "./messages.ts";

/** One page. */
export interface Viewer {
  send(text: string): void;
  /** Shows the cabinet anew, since its description changed: cells may be gone. */
  greet(cabinet: CabinetView): void;
  /** The cabinet is not there any more. */
  removed(): void;
}

/** All pages of one cabinet. */
export class Audience {
  readonly #cabinets: Cabinets;
  readonly #viewers = new Set<Viewer>();
  readonly #failed: (error: unknown) => void;
  /** The cabinet's description as of now; a page that taps is judged by it. */
  cabinet: Cabinet;

  constructor(cabinet: Cabinet, options: { cabinets: Cabinets; failed: (error: unknown) => void }) {
    this.cabinet = cabinet;
    this.#cabinets = options.cabinets;
    this.#failed = options.failed;
  }

  get size(): number {
    return this.#viewers.size;
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  delete(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /** Passes on what happened to the cabinet. */
  hear(event: CabinetEvent): void {
    if (event.type === "changed") this.#reload().catch(this.#failed);
    else if (event.type === "online") this.#tell({ type: "cabinet", online: true });
    else if (event.type === "offline") {
      const cells = this.cabinet.cells.map((cell) => ({ ...view(cell), door: "unknown" as const }));
      this.#tell({ type: "cabinet", online: false, cells });
    } else if (event.type === "doors") {
      const cells = event.cells.flatMap(({ cell, door }) => {
        const known = this.cabinet.cells.find((one) => one.cell === cell);
        return known ? [{ ...view(known), door }] : [];
      });
      this.#tell({ type: "cabinet", cells });
    }
  }

  async #reload(): Promise<void> {
    const cabinet = await this.#cabinets.find(this.cabinet.id);
    if (!cabinet) {
      for (const viewer of this.#viewers) viewer.removed();
      return;
    }
    this.cabinet = cabinet;
    const now = await this.#cabinets.view(cabinet);
    for (const viewer of this.#viewers) viewer.greet(now);
  }

  #tell(message: ToPage): void {
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) viewer.send(text);
  }
}

/** The audiences of this isolate, one for each cabinet that somebody looks at. */
export class Audiences {
  readonly #router: CabinetRouter;
  readonly #options: { cabinets: Cabinets; failed: (error: unknown) => void };
  readonly #audiences = new Map<string, { audience: Audience; watch: Disposable }>();

  constructor(router: CabinetRouter, options: { cabinets: Cabinets; failed: (error: unknown) => void }) {
    this.#router = router;
    this.#options = options;
  }

  /** Lets the page look at the cabinet until {@linkcode leave}. */
  join(cabinet: Cabinet, viewer: Viewer): Audience {
    let entry = this.#audiences.get(cabinet.id);
    if (entry) entry.audience.cabinet = cabinet;
    else {
      const audience = new Audience(cabinet, this.#options);
      entry = { audience, watch: this.#router.watch(cabinet.id, (event) => audience.hear(event)) };
      this.#audiences.set(cabinet.id, entry);
    }
    entry.audience.add(viewer);
    return entry.audience;
  }

  /** The page looks no more. Harmless when it did not. */
  leave(cabinet: string, viewer: Viewer): void {
    const entry = this.#audiences.get(cabinet);
    entry?.audience.delete(viewer);
    if (entry?.audience.size !== 0) return;
    entry.watch[Symbol.dispose]();
    this.#audiences.delete(cabinet);
  }
}

function view({ cell, size, state }: Cabinet["cells"][number]): Omit<CellView, "door"> {
  return { cell, size, state };
}
