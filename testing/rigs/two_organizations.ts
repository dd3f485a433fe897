/**
 * For tests of who sees what: a database with two organizations, written before a program runs on it. Every text of a row
 * has the word of its place in it, and every id is known, so that an answer that shows a row gives it away.
 *
 * @module
 */
import { cabinetBody } from "../../src/cabinet/description_body.ts";
import { FIRST_ORGANIZATION, type Role } from "../../src/cabinet/roles.ts";
import { type Database, type DatabaseLocation, openDatabase, type Tables } from "../../src/db/mod.ts";
import { scopeColumn } from "../../src/staff/scope.ts";
import { hashOf, newSecret } from "../../src/staff/secrets.ts";
import { newToken } from "../../src/staff/token_text.ts";
import { CabinetCatalog } from "../../src/locker/cabinets/cabinet_catalog.ts";
import { ControllerSecrets } from "../../src/locker/cabinets/controller_secrets.ts";
import { newNumber } from "../../src/lib/text/short_numbers.ts";
import { isDeclared } from "../declared_answers.ts";
import { textOf } from "../feed_reader.ts";
import { TOKEN } from "../program.ts";
import { FaultyRouter } from "../network/faulty_router.ts";
import { cheapHasher, PASSWORD } from "./staff.ts";

/** The organization beside the first one. */
export const OTHER = "other";
/** The cell of each cabinet that a person has. */
export const HELD = 1;
/** A cell of each cabinet that is free. */
export const FREE = 2;

/** What a rental has that nothing has happened to. */
const AS_NEW = {
  collecting: 0,
  opens: 0,
  way_back: null,
  picker: null,
  until: null,
  due_at: null,
  overdue_at: null,
  ended_at: null,
  end_reason: null,
} as const;

/** What a place has one row of, whose id is drawn. */
const KINDS = ["rental", "endedRental", "permit", "command", "event", "alarm", "act", "job"] as const;

/** A cabinet of an organization, and the id of one row of each kind that is about it. */
export interface Place {
  readonly organization: string;
  readonly cabinet: string;
  readonly tag: string;
  /** Part of each text of its rows. */
  readonly word: string;
  readonly person: string;
  readonly rental: string;
  /** The number of that rental. */
  readonly number: string;
  /** A rental that is over. */
  readonly endedRental: string;
  readonly permit: string;
  readonly command: string;
  readonly event: string;
  readonly alarm: string;
  readonly act: string;
  /** A bulk job that is over. */
  readonly job: string;
}

/** A member of staff: an account that is logged in, and a token with the same rights. */
export interface Seat {
  readonly organization: string;
  readonly role: Role;
  /** `undefined`: all cabinets. */
  readonly tags: readonly string[] | undefined;
  readonly account: string;
  readonly login: string;
  readonly session: string;
  /** The secret of the session's cookie. */
  readonly cookie: string;
  readonly token: string;
  readonly tokenId: string;
}

/** A link that waits. */
export interface Link {
  readonly id: string;
  readonly secret: string;
}

/** Fills the database: both organizations are there, and what the work adds. */
export async function seeded<T>(
  place: DatabaseLocation,
  fill: (seeds: Seeds) => Promise<T>,
): Promise<T> {
  await using db = await openDatabase(place);
  const created_at = Date.now();
  const other = { id: OTHER, name: OTHER, language: "en", time_zone: "Europe/Berlin", created_at };
  await db.tables.insertInto("organizations")
    .values({ ...other, contact: null, second_factor_roles: "[]" }).execute();
  return await fill(new Seeds(db, await cheapHasher().hash(PASSWORD)));
}

/** An answer of the API as it came. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Calls the API and reads the answer as text. It must be what its route declares. */
export async function call(
  program: { url: string },
  { method, path, body, headers }: {
    method: string;
    path: string;
    body?: unknown;
    headers: Readonly<Record<string, string>>;
  },
): Promise<Reply> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  });
  const reply = {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await textOf(response),
  };
  const isJson = reply.type.includes("json") && !path.startsWith("/openapi");
  isDeclared(method, path, { ...reply, body: isJson ? JSON.parse(reply.text) : undefined });
  return reply;
}

/** The headers of a call by the service's own token. */
export function byRoot(): Record<string, string> {
  return { authorization: `Bearer ${TOKEN}` };
}

/** The headers of a call by the seat's token. */
export function byToken({ token }: Pick<Seat, "token">): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** The headers of a call from the console, by the seat's cookie. */
export function byCookie({ cookie }: Pick<Seat, "cookie">, program: { url: string }): Record<string, string> {
  return { cookie: `kaigui_staff=${cookie}`, origin: program.url };
}

/** Writes rows straight to the tables. */
export class Seeds {
  readonly #db: Database;
  readonly #cabinets: CabinetCatalog;
  readonly #password: string;

  constructor(db: Database, password: string) {
    this.#db = db;
    this.#password = password;
    this.#cabinets = new CabinetCatalog(db, {
      router: new FaultyRouter(),
      secrets: new ControllerSecrets("never used: no cabinet here has a secret"),
      wallClock: Date.now,
    });
  }

  /** A cabinet whose cell {@linkcode HELD} a person has, with one row of each kind about it. */
  async place(
    { organization, cabinet, tag, word }: Pick<Place, "organization" | "cabinet" | "tag" | "word">,
  ): Promise<Place> {
    const cells = [HELD, FREE, 3].map((cell) => ({ cell, board: 1, channel: cell, size: "M" }));
    const body = { name: `Cabinet ${word}`, board: "8a", mode: "storage", tags: [tag], cells };
    await this.#cabinets.put({ ...cabinetBody.parse(body), id: cabinet, organization });
    const ids = KINDS.map((
      kind,
    ) => [kind, crypto.randomUUID()]);
    const made = { organization, cabinet, tag, word, number: newNumber(), ...Object.fromEntries(ids) };
    return await this.#db.writer.transaction(async (trx) => {
      const place: Place = { ...made, person: await addPerson(trx, organization, `Person ${word}`) };
      await addHistory(trx, place);
      return place;
    });
  }

  /** Somebody who was at cabinets of these organizations and has nothing in a cell. @returns the id */
  async person(name: string, ...organizations: string[]): Promise<string> {
    return await this.#db.writer.transaction(async (trx) => {
      const [first = FIRST_ORGANIZATION, ...others] = organizations;
      const person = await addPerson(trx, first, name);
      for (const organization of others) await addVisit(trx, organization, person);
      return person;
    });
  }

  /** An account that is logged in and a member, and a token of the same role and scope. */
  async seat(
    { organization, role, tags, word }: Pick<Seat, "organization" | "role" | "tags"> & { word: string },
  ): Promise<Seat> {
    const [account, session, tokenId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    const [cookie, token, created_at] = [newSecret(), newToken(), Date.now()];
    const rights = { organization, role, tags: scopeColumn(tags), created_at };
    const hashes = { cookie: await hashOf(cookie), token: await hashOf(token) };
    const login = await this.#db.writer.transaction(async (trx) => {
      const login = await this.#addAccount(trx, { id: account, word, created_at });
      await trx.insertInto("memberships").values({ account, ...rights }).execute();
      await addSession(trx, { id: session, account, hash: hashes.cookie, agent: word });
      const tokenRow = { id: tokenId, hash: hashes.token, name: `Token ${word}`, ...rights };
      const fresh = { created_by: "operator", until: null, used_at: null, revoked_at: null };
      await trx.insertInto("staff_tokens").values({ ...tokenRow, ...fresh }).execute();
      return login;
    });
    return { organization, role, tags, account, login, session, cookie, token, tokenId };
  }

  /** An account that is a viewer and has no session. @returns its id */
  async member(organization: string, word: string, tags?: readonly string[]): Promise<string> {
    const [id, created_at] = [crypto.randomUUID(), Date.now()];
    await this.#db.writer.transaction((trx) => this.#addAccount(trx, { id, word, created_at }));
    await this.joins(id, organization, { role: "viewer", tags });
    return id;
  }

  /** Another session of the account. @returns its id and its secret */
  async session(account: string): Promise<Link> {
    const [id, secret] = [crypto.randomUUID(), newSecret()];
    const hash = await hashOf(secret);
    await this.#db.writer.transaction((trx) => addSession(trx, { id, account, hash, agent: "another" }));
    return { id, secret };
  }

  /** The account joins another organization. */
  async joins(
    account: string,
    organization: string,
    { role, tags }: Pick<Seat, "role" | "tags">,
  ): Promise<void> {
    const row = { account, organization, role, tags: scopeColumn(tags), created_at: Date.now() };
    await this.#db.writer.transaction((trx) => trx.insertInto("memberships").values(row).execute());
  }

  /** A link that makes a viewer. */
  async invitation(organization: string, word: string, tags?: readonly string[]): Promise<Link> {
    const [id, secret, created_at] = [crypto.randomUUID(), newSecret(), Date.now()];
    const row = { id, hash: await hashOf(secret), kind: "join", organization, account: null } as const;
    const rest = { role: "viewer", tags: scopeColumn(tags), note: `Link ${word}`, created_at } as const;
    const until = created_at + 24 * 3_600_000;
    await this.#db.writer.transaction((trx) =>
      trx.insertInto("invitations").values({ ...row, ...rest, until }).execute()
    );
    return { id, secret };
  }

  /** @returns its login */
  async #addAccount(
    trx: Tables,
    { id, word, created_at }: { id: string; word: string; created_at: number },
  ): Promise<string> {
    const login = `${word.toLowerCase()}-${id}@example.com`;
    const who = { id, login, name: `Staff ${word}`, language: "en", password: this.#password, created_at };
    await trx.insertInto("accounts").values({ ...who, totp: null, totp_pending: null, totp_step: 0 })
      .execute();
    return login;
  }
}

async function addPerson(trx: Tables, organization: string, name: string): Promise<string> {
  const [id, created_at] = [crypto.randomUUID(), Date.now()];
  const row = {
    id,
    kind: "guest",
    name,
    // Otherwise maintenance gives one, in the middle of a long test.
    number: newNumber(),
    picture: null,
    created_at,
    sessions_from: 0,
    leaving_at: null,
  } as const;
  await trx.insertInto("people").values(row).execute();
  await addVisit(trx, organization, id);
  return id;
}

async function addVisit(trx: Tables, organization: string, person: string): Promise<void> {
  const visit = { organization, person, since: Date.now(), leaving_at: null };
  await trx.insertInto("visits").values(visit).execute();
}

async function addSession(
  trx: Tables,
  session: { id: string; account: string; hash: string; agent: string },
): Promise<void> {
  const now = Date.now();
  const times = { created_at: now, used_at: now, ended_at: null };
  await trx.insertInto("staff_sessions").values({ ...session, ...times, address: "192.0.2.7" }).execute();
}

async function addHistory(trx: Tables, place: Place): Promise<void> {
  const { organization, cabinet, word, person, rental } = place;
  const now = Date.now();
  const owned = { organization, cabinet };
  const held = {
    ...owned,
    id: rental,
    number: place.number,
    cell: HELD,
    person,
    since: now,
    ...AS_NEW,
  } as const;
  const ended = { ...held, id: place.endedRental, number: newNumber(), ended_at: now } as const;
  await trx.insertInto("rentals").values({ ...held, state: "held" }).execute();
  await trx.insertInto("rentals").values({ ...ended, state: "ended", end_reason: "retrieved" }).execute();
  await trx.updateTable("cells").set({ rental }).where("cabinet", "=", cabinet).where("cell", "=", HELD)
    .execute();
  await trx.insertInto("permits").values({
    ...owned,
    id: place.permit,
    person,
    cells: null,
    valid_from: now,
    valid_until: null,
    created_at: now,
    revoked_at: null,
  }).execute();
  await trx.insertInto("commands").values({
    ...owned,
    id: place.command,
    cell: HELD,
    command: "open",
    state: "opened",
    by: `person:${person}`,
    note: `Command ${word}`,
    requested_at: now,
    sent_at: now,
    finished_at: now,
    sent_epoch: 1,
    reason: null,
    rental,
    origin: null,
  }).execute();
  const about = { ...owned, cell: HELD };
  await trx.insertInto("events").values({
    ...about,
    id: place.event,
    at: now,
    kind: "stored",
    person,
    rental,
    detail: `Event ${word}`,
    command: place.command,
  }).execute();
  await trx.insertInto("alarms").values({
    ...about,
    id: place.alarm,
    kind: "left-open",
    subject: `Alarm ${word}`,
    raised_at: now,
    until: null,
    ended_at: null,
    count: null,
  }).execute();
  await trx.insertInto("acts").values({
    ...about,
    id: place.act,
    at: now,
    who: "operator",
    role: null,
    act: "open",
    subject: place.command,
    reason: `Act ${word}`,
    address: "192.0.2.8",
  }).execute();
  await addJob(trx, place, now);
}

/** A bulk job about the place's cabinet, which was started with the place's tag as scope. */
async function addJob(
  trx: Tables,
  { organization, cabinet, tag, word, job }: Place,
  now: number,
): Promise<void> {
  await trx.insertInto("bulk_jobs").values({
    id: job,
    organization,
    who: "operator",
    role: null,
    tags: scopeColumn([tag]),
    reason: `Job ${word}`,
    address: "192.0.2.8",
    act: "disable",
    request: JSON.stringify({ act: "disable", match: { tag } }),
    total: 1,
    state: "done",
    problem: null,
    next: 1,
    done: 0,
    unchanged: 0,
    refused: 1,
    lease: null,
    leased_until: 0,
    created_at: now,
    finished_at: now,
  }).execute();
  const targets = JSON.stringify([[cabinet, FREE]]);
  await trx.insertInto("bulk_targets").values({ id: job, organization, targets, created_at: now }).execute();
  await trx.insertInto("bulk_parts").values({
    id: crypto.randomUUID(),
    organization,
    job,
    n: 0,
    cabinet,
    cell: FREE,
    result: "refused",
    detail: `Part ${word}`,
    at: now,
  }).execute();
}
