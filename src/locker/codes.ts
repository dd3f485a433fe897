/**
 * Pickup codes: eight digits that let somebody else take a thing out, once.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { codeById, insertCode, lockTries, setTries, useCode, voidCodes } from "../db/codes.ts";
import type { CodeTable, CodeTriesTable, Tables } from "../db/mod.ts";
import { insertEvent, raiseAlarm } from "../db/records.ts";
import { lockRental } from "../db/rentals.ts";
import { subscriberAt } from "../ip_address.ts";
import { ADDRESS, CODE } from "../limits.ts";
import type { Cabinet } from "./cabinet.ts";

const NONCE_BYTES = 16;
const CODES = 100_000_000n;

/** Somebody wants a code for a rental. */
export interface Share {
  /** UUID that the page made; the same one again gets the same code. */
  readonly id: string;
  readonly cabinet: Pick<Cabinet, "id" | "rules">;
  readonly rental: string;
  readonly person: string;
}

/** How it went. `conflict`: the id belongs to another share. `forbidden`: it is not the person's to share. */
export type Shared =
  | { readonly type: "shared"; readonly code: string; readonly until: number }
  | { readonly type: "forbidden" | "conflict" };

/** Somebody tries a code. */
export interface Try {
  readonly cabinet: string;
  readonly code: string;
  /** Who tries. */
  readonly person: string;
  /** From where. */
  readonly address: string;
}

/**
 * Makes codes and knows them again. A code is not kept: it comes from a random nonce and the service's secret, and
 * what is tried is compared by a keyed hash, so neither the database alone nor the time an answer takes tells one.
 */
export class Codes {
  readonly #secret: string;

  /** @param secret known to every program of the service, and to nobody else */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Makes a code for the rental; the ones before it work no more. */
  async share(trx: Tables, share: Share, now: number): Promise<Shared> {
    const { id, cabinet, person } = share;
    const known = await codeById(trx, id);
    if (known) return this.#again(known, share);
    const rental = await lockRental(trx, share.rental);
    if (rental?.cabinet !== cabinet.id || rental.person !== person || rental.state !== "held") {
      return { type: "forbidden" };
    }
    await voidCodes(trx, rental.id, now);
    const until = now + cabinet.rules.codeMinutes * 60_000;
    const made = await this.#make(trx, { ...share, cabinet: cabinet.id, until, now });
    await insertEvent(trx, {
      at: now,
      kind: "shared",
      cabinet: cabinet.id,
      cell: rental.cell,
      person,
      rental: rental.id,
      detail: null,
      command: null,
    });
    return { type: "shared", code: this.#codeOf(made), until };
  }

  /** The code that this share made, for as long as it works. */
  async madeBy(trx: Tables, share: string, now: number): Promise<string | undefined> {
    const code = await codeById(trx, share);
    const works = code?.used_at === null && code.void_at === null && code.until > now;
    return works ? this.#codeOf(code.nonce) : undefined;
  }

  /**
   * Uses up the code that was tried. Wrong ones are counted against the person, the cabinet and the address.
   *
   * @returns the code; `wrong-code` whatever was wrong with it; `blocked` where too many were wrong before
   */
  async use(trx: Tables, tried: Try, now: number): Promise<CodeTable | "wrong-code" | "blocked"> {
    const limits = this.#limitsOf(tried);
    const tries = (await lockTries(trx, [...limits.keys()], now)).map((one) => fresh(one, now));
    if (tries.some(({ blocked_until }) => blocked_until > now)) return "blocked";
    const { cabinet, person } = tried;
    const code = await useCode(trx, { cabinet, hash: this.#hash(cabinet, tried.code), by: person, now });
    if (code) return code;
    for (const before of tries) {
      const after = afterWrong(before, limits.get(before.subject) as number, now);
      await setTries(trx, after);
      if (after.blocked_until > now) {
        const { subject, blocked_until: until } = after;
        await raiseAlarm(trx, { kind: "wrong-codes", cabinet, cell: 0, subject, raised_at: now, until });
      }
    }
    return "wrong-code";
  }

  #again(known: CodeTable, share: Share): Shared {
    const isSame = known.rental === share.rental && known.person === share.person &&
      known.cabinet === share.cabinet.id;
    if (!isSame) return { type: "conflict" };
    return { type: "shared", code: this.#codeOf(known.nonce), until: known.until };
  }

  /** A code that the cabinet has not among those that still work; returns its nonce. */
  async #make(
    trx: Tables,
    row: Pick<CodeTable, "id" | "cabinet" | "rental" | "person" | "until"> & { now: number },
  ): Promise<string> {
    const { id, cabinet, rental, person, until, now } = row;
    for (let tries = 0; tries < CODE.makeTries; tries++) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toHex();
      const hash = this.#hash(cabinet, this.#codeOf(nonce));
      const made = { id, cabinet, rental, person, nonce, hash, until };
      const isNew = await insertCode(trx, {
        ...made,
        created_at: now,
        used_at: null,
        used_by: null,
        void_at: null,
      });
      if (isNew) return nonce;
    }
    throw new Error(`Cannot make a code for cabinet ${cabinet}: ${CODE.makeTries} were taken`);
  }

  #limitsOf({ cabinet, person, address }: Try): Map<string, number> {
    const { network, wider } = subscriberAt(address);
    return new Map([
      [`person:${person}`, CODE.wrongPerPersonMax],
      [`cabinet:${cabinet}`, CODE.wrongPerCabinetMax],
      [this.#placeOf(network), CODE.wrongPerAddressMax],
      ...wider === undefined
        ? []
        : [[this.#placeOf(wider), CODE.wrongPerAddressMax * ADDRESS.widerTimes] as const],
    ]);
  }

  /** Not the address itself: it says where a person was. */
  #placeOf(network: string): string {
    return `address:${this.#hmac(`address ${network}`).toHex()}`;
  }

  #codeOf(nonce: string): string {
    // 64 bits over 10^8 codes: no code is noticeably more likely than another.
    const { buffer, byteOffset } = this.#hmac(`pickup code ${nonce}`);
    return (new DataView(buffer, byteOffset).getBigUint64(0) % CODES).toString().padStart(8, "0");
  }

  #hash(cabinet: string, code: string): string {
    return this.#hmac(`pickup hash ${cabinet} ${code}`).toHex();
  }

  #hmac(text: string): Uint8Array {
    return createHmac("sha256", this.#secret).update(text).digest();
  }
}

/** As it stands now: what was wrong long ago does not count any more. */
function fresh(tries: CodeTriesTable, now: number): CodeTriesTable {
  const isOld = now >= tries.since + CODE.wrongWindowMs && now >= tries.blocked_until;
  return isOld ? { ...tries, wrong: 0, since: now, blocked_until: 0 } : tries;
}

function afterWrong(tries: CodeTriesTable, limit: number, now: number): CodeTriesTable {
  const wrong = tries.wrong + 1;
  return wrong < limit
    ? { ...tries, wrong }
    : { ...tries, wrong: 0, since: now, blocked_until: now + CODE.blockMs };
}
