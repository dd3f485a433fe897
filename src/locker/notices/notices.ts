import { cabinetById } from "../../db/queries/cabinets.ts";
import { openidOf } from "../../db/queries/identities.ts";
import type { RentalTable, Tables } from "../../db/mod.ts";
import { insertNotice } from "../../db/queries/notices.ts";
import type { PickupCodes } from "../codes/pickup_codes.ts";
import { descriptionOf } from "../cabinets/rows.ts";
import type { NoticeKind } from "../../cabinet/kinds.ts";

/** What is to be told, and through which app. */
export interface WantedNotices {
  /** Its id; only people whom the app knows can be told. */
  readonly app: string;
  readonly kinds: ReadonlySet<NoticeKind>;
  /** Whether `stored` comes with a pickup code. */
  readonly withCode: boolean;
}

/**
 * Writes what people are told outside of the page, in the very transaction in which it happens, so that it is told
 * if and only if that is so. The outbox sends it.
 */
export class Notices {
  readonly #wanted: WantedNotices;
  readonly #codes: PickupCodes;
  readonly #written: () => void;

  /** @param options.written is told, a moment before the commit, that there is something to send */
  constructor(wanted: WantedNotices, options: { codes: PickupCodes; written: () => void }) {
    this.#wanted = wanted;
    this.#codes = options.codes;
    this.#written = options.written;
  }

  /** Writes a notice to the rental's person, if that kind is wanted and the app knows the person. */
  async write(
    trx: Tables,
    rental: RentalTable,
    { kind, now }: { kind: NoticeKind; now: number },
  ): Promise<void> {
    const { app, kinds, withCode } = this.#wanted;
    const { id, person, cabinet, cell } = rental;
    if (!kinds.has(kind) || await openidOf(trx, { app, person }) === undefined) return;
    await insertNotice(trx, {
      id: crypto.randomUUID(),
      kind,
      person,
      cabinet,
      cell,
      rental: id,
      code: kind === "stored" && withCode ? await this.#share(trx, rental, now) : null,
      at: now,
      state: "waiting",
      tries: 0,
      next_at: now,
      unsure_since: null,
      finished_at: null,
      problem: null,
    });
    this.#written();
  }

  /** Makes a code for the rental; returns its id, since the code itself is kept nowhere. */
  async #share(
    trx: Tables,
    { id: rental, person, cabinet }: RentalTable,
    now: number,
  ): Promise<string | null> {
    const row = await cabinetById(trx, cabinet);
    if (!row) return null;
    const id = crypto.randomUUID();
    const share = { id, cabinet: { id: cabinet, rules: descriptionOf(row).rules }, rental, person };
    return (await this.#codes.share(trx, share, now)).type === "shared" ? id : null;
  }
}
