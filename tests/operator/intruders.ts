/**
 * Staff that asks for what is another organization's: each request of the API with ids of the other organization in every
 * place where an id goes, as chance has it.
 *
 * @module
 */
import { ROUTES } from "../../src/operator/contract/mod.ts";
import type { Route } from "../../src/operator/route.ts";
import { uuidFromKey } from "../../src/operator/requests.ts";
import {
  byCookie,
  byToken,
  FREE,
  HELD,
  type Link,
  type Place,
  type Seat,
} from "../../testing/rigs/two_organizations.ts";

/** An organization as it was written before the program started. */
export interface Company {
  readonly organization: string;
  /** One of them is in each text of its rows. */
  readonly words: readonly string[];
  /** Two, of which each has a tag of its own. */
  readonly places: readonly Place[];
  /** Of different roles and scopes. */
  readonly staff: readonly Seat[];
  readonly links: readonly Link[];
  /** Keys that its staff has sent requests with. */
  readonly keys: readonly string[];
}

/** A request that somebody makes for what is not theirs. */
export interface Intrusion {
  readonly seat: Seat;
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of these, what they do to the intruder's own account is not a concern of others. Guesses are slowed down. */
const LEFT_OUT = ["POST /session", "DELETE /session", "POST /account/password"];
const TRIED = ROUTES.filter(({ method, path }) => !LEFT_OUT.includes(`${method} ${path}`));

/** What an id is of, by the list that it stands in. */
const POOLS = {
  cabinets: ({ places }: Company) => places.map(({ cabinet }) => cabinet),
  commands: ({ places }: Company) => places.map(({ command }) => command),
  people: ({ places }: Company) => places.map(({ person }) => person),
  permits: ({ places }: Company) => places.map(({ permit }) => permit),
  rentals: ({ places }: Company) => places.flatMap(({ rental, endedRental }) => [rental, endedRental]),
  events: ({ places }: Company) => places.map(({ event }) => event),
  alarms: ({ places }: Company) => places.map(({ alarm }) => alarm),
  acts: ({ places }: Company) => places.map(({ act }) => act),
  jobs: ({ places }: Company) => places.map(({ job }) => job),
  staff: ({ staff }: Company) => staff.map(({ account }) => account),
  invitations: ({ links }: Company) => links.map(({ id }) => id),
  tokens: ({ staff }: Company) => staff.map(({ tokenId }) => tokenId),
  sessions: ({ staff }: Company) => staff.map(({ session }) => session),
} as const;
type Pool = keyof typeof POOLS;

/** All ids of the company. */
export function idsOf(company: Company): string[] {
  return (Object.keys(POOLS) as Pool[]).flatMap((pool) => POOLS[pool](company));
}

/** Draws requests of the staff of one company for what is of the other. */
export class Intruders {
  readonly #own: Company;
  readonly #foreign: Company;
  readonly #random: () => number;
  readonly #program: { url: string };

  constructor(own: Company, foreign: Company, options: { random: () => number; program: { url: string } }) {
    this.#own = own;
    this.#foreign = foreign;
    this.#random = options.random;
    this.#program = options.program;
  }

  /** The next one. */
  async draw(): Promise<Intrusion> {
    const route = this.#one(TRIED);
    const seat = this.#one(this.#own.staff);
    const path = route.path.replace("{cell}", `${this.#one([HELD, FREE])}`)
      .replace("{id}", () => this.#idIn(route));
    const query = new URLSearchParams(this.#queryOf(route));
    const text = query.toString();
    return {
      seat,
      method: route.method,
      path: text === "" ? path : `${path}?${text}`,
      body: route.body && this.#bodyOf(route, seat),
      headers: await this.#headersFor(seat),
    };
  }

  /** Mostly an id of the kind that the route wants; own ones only to read. */
  #idIn({ path, method }: Route): string {
    const [, list = ""] = path.split("/");
    const wanted = list as Pool;
    if (this.#chance(0.1) && method === "GET") return this.#one(POOLS[wanted](this.#own));
    if (wanted === "cabinets" || this.#chance(0.8)) return this.#one(POOLS[wanted](this.#foreign));
    return this.#one(idsOf(this.#foreign));
  }

  #queryOf({ query }: Route): [string, string][] {
    const { places } = this.#foreign;
    const values: Record<string, () => string> = {
      cabinet: () => this.#one(POOLS.cabinets(this.#foreign)),
      person: () => this.#one(POOLS.people(this.#foreign)),
      number: () => this.#one(places).number,
      name: () => this.#one(places).word,
      q: () => this.#one([this.#one(places).word, this.#one(places).cabinet, "c", "%"]),
      online: () => "false",
      alarm: () => this.#one(["true", "left-open"]),
      board: () => "8a",
      sort: () => this.#one(["name", "-id", "change"]),
      include: () => "cells",
      before: () => this.#cursor(),
      after: () => this.#one([this.#cursor(), "start", "1", this.#one(POOLS.cabinets(this.#foreign))]),
      limit: () => this.#one(["1", "2", "100"]),
      tag: () => this.#one(places).tag,
      active: () => "true",
      result: () => "done",
      registration: () => this.#one(places).word,
      reason: () => "why not",
    };
    const sent = Object.keys(query?.shape ?? {}).flatMap((name): [string, string][] => {
      const value = values[name];
      return value && this.#chance(0.4) ? [[name, value()]] : [];
    });
    return this.#chance(0.1) ? [...sent, ["organization", this.#organization()]] : sent;
  }

  /** The place where a page of a list ends that was only ever shown to the other organization. */
  #cursor(): string {
    return `${Date.now() + Math.floor(this.#random() * 2_000) - 1_000}_${this.#one(idsOf(this.#foreign))}`;
  }

  #bodyOf({ method, path }: Route, seat: Seat): unknown {
    const { places, links, staff } = this.#foreign;
    const rights = { role: "owner", tags: this.#one([null, [...seat.tags ?? ["any"]]]) };
    switch (`${method} ${path}`) {
      case "PUT /cabinets/{id}":
        return {
          name: "Mine now",
          board: "8a",
          mode: "storage",
          tags: [...seat.tags ?? []],
          cells: { count: 3 },
        };
      case "PATCH /cabinets/{id}":
        return { name: "Mine now", tags: [...seat.tags ?? []] };
      case "POST /jobs":
        return this.#jobBody();
      case "POST /cabinets/{id}/permits":
        return { person: this.#one(places).person, cells: "all" };
      case "POST /rentals/{id}/extend":
        return { byMinutes: 60 };
      case "PUT /staff/{id}":
      case "POST /invitations":
        return rights;
      case "POST /tokens":
        return { name: "Mine", ...rights };
      case "POST /organizations":
        return { id: this.#foreign.organization, name: "Mine" };
      case "PATCH /organization":
        return { language: "en" };
      case "POST /invitations/look":
        return { secret: this.#guess(links, staff) };
      case "POST /invitations/accept":
        return { secret: this.#guess(links, staff) };
      case "POST /account/second-factor/confirm":
        return { code: "000000" };
      case "POST /account/second-factor":
      case "POST /account/second-factor/remove":
        return { password: "none of theirs" };
      default:
        return this.#chance(0.2) ? { confirm: `${Date.now() + 60_000}.${"0".repeat(64)}` } : {};
    }
  }

  #jobBody(): unknown {
    const { cabinet, tag } = this.#one(this.#foreign.places);
    return this.#one<unknown>([
      { act: "remove", cabinets: [cabinet] },
      { act: "tag", tags: ["mine"], cabinets: [cabinet] },
      { act: "disable", cells: [{ cabinet, cell: FREE }] },
      { act: "clean", match: { tag } },
    ]);
  }

  /** What is like a secret of the other organization, and is none. */
  #guess(links: readonly Link[], staff: readonly Seat[]): string {
    const { id, secret } = this.#one(links);
    const { cookie, session } = this.#one(staff);
    return this.#one([id, secret.slice(1), `${secret}A`, cookie, session]);
  }

  async #headersFor(seat: Seat): Promise<Record<string, string>> {
    const headers: Record<string, string> = this.#chance(0.5) ? byToken(seat) : byCookie(seat, this.#program);
    const { keys, links, staff, places } = this.#foreign;
    if (this.#chance(0.25)) headers["kaigui-organization"] = this.#organization();
    if (this.#chance(0.4)) {
      const key = this.#one(keys);
      const known = [key, await uuidFromKey(key, this.#foreign.organization), this.#one(places).act];
      headers["idempotency-key"] = this.#one(known);
    }
    // What the other organization's session is called, or is like.
    if (headers["cookie"] !== undefined && this.#chance(0.1)) {
      headers["cookie"] = `kaigui_staff=${this.#one([this.#one(staff).session, this.#one(links).secret])}`;
    }
    return headers;
  }

  #organization(): string {
    return this.#one([this.#foreign.organization, this.#foreign.organization, this.#own.organization]);
  }

  #chance(part: number): boolean {
    return this.#random() < part;
  }

  #one<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}
