import { PERSON } from "../../lib/limits.ts";
import { type Cabinet, type CabinetCatalog, viewOf } from "../../locker/mod.ts";
import type { CabinetView, CellView } from "../../cabinet/types.ts";
import type { CabinetEvent, CabinetRouter } from "../../cabinet/requests.ts";
import type { ToPage } from "../../protocol/messages.ts";
import { type DoorState, isLater, type LineMoment } from "../../cabinet/doors.ts";

/** One page. */
export interface Viewer {
  send(text: string): void;
  /** Shows the cabinet anew, since its description changed: cells may be gone. */
  greet(cabinet: CabinetView): Promise<void>;
  /** The cabinet is not there any more. */
  removed(): void;
}

/** What the pages of cabinets are told from. */
export interface SubscriberOptions {
  readonly cabinets: CabinetCatalog;
  /** Is told of errors where no caller waits. */
  readonly failed: (error: unknown) => void;
  /** How long after a try a cabinet is looked at again that could not be reached. @default {PERSON.lookAgainMs} */
  readonly lookAgainMs?: number;
}

/**
 * All pages of one cabinet, and the cabinet as they see it: each change is made into text once and sent to all of
 * them.
 */
export class CabinetSubscribers {
  readonly #cabinets: CabinetCatalog;
  readonly #viewers = new Set<Viewer>();
  readonly #failed: (error: unknown) => void;
  readonly #lookAgainMs: number;
  /** For each reading under way: what happened since it began. */
  readonly #meanwhile = new Set<CabinetEvent[]>();
  #doors = new Map<number, DoorState>();
  #online = false;
  /** Until when what its owners told of it is known here: what comes later of an earlier moment is old. */
  #asOf: LineMoment | undefined;
  #cabinet: Cabinet;
  #lookAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(cabinet: Cabinet, options: SubscriberOptions) {
    this.#cabinet = cabinet;
    this.#cabinets = options.cabinets;
    this.#failed = options.failed;
    this.#lookAgainMs = options.lookAgainMs ?? PERSON.lookAgainMs;
  }

  get size(): number {
    return this.#viewers.size;
  }

  /** The cabinet's description as of now; a page that taps is judged by it. */
  get cabinet(): Cabinet {
    return this.#cabinet;
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
  }

  delete(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) clearTimeout(this.#lookAgain);
  }

  /** Shows the cabinet anew to all: what happened may have been missed. */
  refresh(): void {
    this.#greetAll().catch(this.#failed);
  }

  /** Reads the cabinet anew, as it was in one moment and with what happened since; `undefined`: it is gone. */
  async read(): Promise<CabinetView | undefined> {
    const meanwhile: CabinetEvent[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      const cabinet = await this.#cabinets.find(this.#cabinet.id);
      if (!cabinet) return undefined;
      const { online, doors, asOf, isSure } = await this.#cabinets.status(cabinet, { wake: true });
      if (!isSure) this.#refreshLater();
      this.#cabinet = cabinet;
      this.#online = online;
      this.#doors = new Map(doors);
      this.#asOf = asOf ?? this.#asOf;
      for (const event of meanwhile) if (this.#isNews(event)) this.#apply(event);
    } finally {
      this.#meanwhile.delete(meanwhile);
    }
    return this.view;
  }

  /** The cabinet as its pages see it. */
  get view(): CabinetView {
    return viewOf(this.#cabinet, { online: this.#online, doors: this.#doors });
  }

  /** Passes on what happened to the cabinet. */
  hear(event: CabinetEvent): void {
    for (const meanwhile of this.#meanwhile) meanwhile.push(event);
    if (!this.#isNews(event)) return;
    this.#apply(event);
    if (event.type === "changed") this.refresh();
    else if (event.type === "online") this.#tell({ type: "cabinet", online: true });
    else if (event.type === "offline") {
      this.#tell({
        type: "cabinet",
        online: false,
        cells: this.#cabinet.cells.map((cell) => this.#view(cell)),
      });
    } else if (event.type === "doors" || event.type === "cells") {
      const changed = new Set(event.cells.map(({ cell }) => cell));
      const cells = this.#cabinet.cells.filter(({ cell }) => changed.has(cell));
      this.#tell({ type: "cabinet", cells: cells.map((cell) => this.#view(cell)) });
    }
  }

  /** Whether it was not overtaken, as what an owner told that is not the owner any more. */
  #isNews(event: CabinetEvent): boolean {
    return !("asOf" in event) || isLater(event.asOf, this.#asOf);
  }

  #apply(event: CabinetEvent): void {
    if ("asOf" in event) this.#asOf = event.asOf;
    if (event.type === "online") this.#online = true;
    if (event.type === "offline") {
      this.#online = false;
      this.#doors.clear();
    }
    if (event.type === "doors") { for (const { cell, door } of event.cells) this.#doors.set(cell, door); }
    if (event.type === "cells") {
      const states = new Map(event.cells.map(({ cell, state }) => [cell, state]));
      const cells = this.#cabinet.cells.map((cell) => ({
        ...cell,
        state: states.get(cell.cell) ?? cell.state,
      }));
      this.#cabinet = { ...this.#cabinet, cells };
    }
  }

  async #greetAll(): Promise<void> {
    const view = await this.read();
    if (view) await Promise.all(Array.from(this.#viewers, (viewer) => viewer.greet(view)));
    else for (const viewer of this.#viewers) viewer.removed();
  }

  /** Nothing is published when an isolate that was only busy answers again. */
  #refreshLater(): void {
    if (this.#viewers.size === 0) return;
    this.#lookAgain ??= setTimeout(() => {
      this.#lookAgain = undefined;
      this.refresh();
    }, this.#lookAgainMs);
  }

  #view({ cell, size, state }: Cabinet["cells"][number]): CellView {
    return { cell, size, state, door: this.#doors.get(cell) ?? "unknown" };
  }

  #tell(message: ToPage): void {
    const text = JSON.stringify(message);
    for (const viewer of this.#viewers) viewer.send(text);
  }
}

/** The subscribers of this isolate, by the cabinet that they look at. */
export class SubscriberRegistry {
  readonly #router: CabinetRouter;
  readonly #options: SubscriberOptions;
  readonly #byCabinet = new Map<string, { subscribers: CabinetSubscribers; watch: Disposable }>();

  constructor(router: CabinetRouter, options: SubscriberOptions) {
    this.#router = router;
    this.#options = options;
  }

  /** Lets the page look at the cabinet until {@linkcode leave}. */
  join(cabinet: Cabinet, viewer: Viewer): CabinetSubscribers {
    let entry = this.#byCabinet.get(cabinet.id);
    if (!entry) {
      const subscribers = new CabinetSubscribers(cabinet, this.#options);
      const watch = this.#router.watch(
        cabinet.id,
        (event) => subscribers.hear(event),
        () => subscribers.refresh(),
      );
      entry = { subscribers, watch };
      this.#byCabinet.set(cabinet.id, entry);
    }
    entry.subscribers.add(viewer);
    return entry.subscribers;
  }

  /** The page looks no more. Harmless when it did not. */
  leave(cabinet: string, viewer: Viewer): void {
    const entry = this.#byCabinet.get(cabinet);
    entry?.subscribers.delete(viewer);
    if (entry?.subscribers.size !== 0) return;
    entry.watch[Symbol.dispose]();
    this.#byCabinet.delete(cabinet);
  }
}
