import { type Identity, openidOf, personWithIdentity } from "../../db/queries/identities.ts";
import type { Database, PersonTable, Tables } from "../../db/mod.ts";
import {
  cabinetsPermitted,
  endSessions,
  hasActiveRental,
  lockPerson,
  personById,
  removablePeople,
} from "../../db/queries/people.ts";
import { isKnownTo, isVisitor, noteVisit, visitsLeaving } from "../../db/queries/staff/visits.ts";
import type { Reach } from "../../db/organization_view.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { PERSON } from "../../lib/limits.ts";
import { type CabinetRouter, personTopic } from "../../cabinet/requests.ts";
import type { Actor, AuditLog } from "../audit_log.ts";
import { addedGuest } from "./guests.ts";
import { isKnownElsewhere, leave, leaveOrganization, type Removed } from "./removal.ts";
import { personCopy } from "./person_copy.ts";
import { type WechatLogin, wechatPerson } from "./wechat_people.ts";
import type { AuditAction } from "../../cabinet/kinds.ts";

/** A person who opens doors. */
export interface Person {
  readonly id: string;
  /** A guest who loses the session comes back as another person. */
  readonly isGuest: boolean;
  /** Empty: not known, or the person is to be removed. */
  readonly name: string;
  /** Eight digits that people read out; `undefined`: not given yet. */
  readonly number: string | undefined;
  /** Address of a picture. */
  readonly picture: string | undefined;
  /** Sessions that began before are over; in milliseconds since 1970. */
  readonly sessionsFrom: number;
}

/** The people that the system knows. */
export class People {
  readonly #db: Database;
  readonly #secret: string;
  readonly #router: CabinetRouter;
  readonly #auditLog: AuditLog;
  readonly #wallClock: () => number;
  readonly #copySteps = new Semaphore(PERSON.copyStepsMax);

  /** @param options.secret known to the programs of the service alone */
  constructor(
    db: Database,
    options: { secret: string; router: CabinetRouter; auditLog: AuditLog; wallClock: () => number },
  ) {
    this.#db = db;
    this.#secret = options.secret;
    this.#router = options.router;
    this.#auditLog = options.auditLog;
    this.#wallClock = options.wallClock;
  }

  /** Notes that the person is at a cabinet of the organization, which sees them from then on. */
  async noteVisit(person: string, organization: string): Promise<void> {
    if (await isVisitor(this.#db.tables, { organization, person })) return;
    await this.#db.writer.transaction((trx) =>
      noteVisit(trx, { person, organization, since: this.#wallClock() })
    );
  }

  /** The person, or `undefined`. */
  async find(id: string): Promise<Person | undefined> {
    const row = await personById(this.#db.tables, id);
    return row && personFrom(row);
  }

  /**
   * All that is kept about the person, as the parts of a JSON text; `undefined`: there is no such person.
   *
   * @param reach only what happened at this organization's cabinets @default {undefined} all there is
   */
  async copy(person: string, reach?: Reach): Promise<AsyncGenerator<string> | undefined> {
    return await personCopy(this.#db, { person, reach }, { now: this.#wallClock(), steps: this.#copySteps });
  }

  /** Adds a person of whom only the address is known. `undefined`: too many come from there. */
  async addGuest(address: string): Promise<Person | undefined> {
    const options = { secret: this.#secret, wallClock: this.#wallClock };
    const row = await addedGuest(this.#db, address, options);
    return row && personFrom(row);
  }

  /** The person whom WeChat vouches for, who is added where they are new; see {@linkcode wechatPerson}. */
  async addWechat(login: WechatLogin): Promise<Person> {
    return personFrom(await wechatPerson(this.#db, login, this.#wallClock));
  }

  /** The openid by which that app knows the person; `undefined`: it does not. */
  async identityOf(person: string, app: string): Promise<string | undefined> {
    return await openidOf(this.#db.tables, { app, person });
  }

  /** Whether the person has something in a cell, may take it out for another person, or is just being given a cell. */
  async hasActiveRental(person: string): Promise<boolean> {
    return await hasActiveRental(this.#db.tables, person);
  }

  /**
   * Ends all sessions of a person who wants that. `holding`: a guest has something in a cell, and could not come back
   * to it.
   */
  async signOut(person: string): Promise<"signed-out" | "holding"> {
    const done = await this.#db.writer.transaction(async (trx) => {
      // Keeps transactions out that would give the person a cell.
      const row = await lockPerson(trx, person);
      if (row?.kind === "guest" && await hasActiveRental(trx, person)) return "holding";
      await endSessions(trx, person, this.#wallClock());
      return "signed-out";
    });
    if (done === "signed-out") this.#tellSignedOut(person);
    return done;
  }

  /**
   * Ends all sessions of the person that have begun by now. A guest comes back to what is in a cell only by the
   * rental's number and secret.
   *
   * @param actor the operator, where the operator does it
   * @returns whether there is such a person
   * @throws {ConflictError} if the id belongs to another act
   */
  async endSessions(person: string, actor?: Actor): Promise<boolean> {
    const action = { act: "sign-out", person, actor } as const;
    const found = await this.#do(action, (trx, now) => endSessions(trx, person, now));
    if (found) this.#tellSignedOut(person);
    return found;
  }

  /**
   * Removes the person with all that names them or lets them in; see `removal.ts`. `leaving`: they have something in a cell
   * and can still take it out, then {@linkcode finishLeaving} removes them.
   *
   * @param actor the operator, where the operator does it
   * @returns `undefined`: there is no such person
   * @throws {ConflictError} if the id belongs to another act
   */
  async remove(person: string, actor?: Actor): Promise<Removed | undefined> {
    const cabinets = await cabinetsPermitted(this.#db.tables, person);
    const organization = actor?.organization;
    let isElsewhere = false;
    const before = async (trx: Tables) => {
      if (organization !== undefined) isElsewhere = await isKnownElsewhere(trx, { organization, person });
    };
    const action = { act: "remove-person", person, actor, before } as const;
    const found = await this.#do(action, async (trx, now) => {
      return await (organization === undefined
        ? leave(trx, person, now)
        : leaveOrganization(trx, { organization, person }, { now, isElsewhere })) !== undefined;
    });
    if (!found) return undefined;
    // Looked up, since an act that was done before does not say how it went.
    if (!await personById(this.#db.tables, person)) {
      this.#tellSignedOut(person);
      return "removed";
    }
    for (const cabinet of cabinets) this.#router.publish(personTopic(person), { type: "permits", cabinet });
    const isGone = organization !== undefined && !await isKnownTo(this.#db.tables, { organization, person });
    return isGone ? "removed" : "leaving";
  }

  /** Removes the person whom an app knows by that openid, as where they have unsubscribed; nothing where there is none. */
  async forget(identity: Identity): Promise<void> {
    const person = await personWithIdentity(this.#db.tables, identity);
    if (person !== undefined) await this.remove(person);
  }

  /**
   * Removes those who are leaving and have nothing in a cell any more. Several programs may do so at once.
   *
   * @returns how many were removed here
   */
  async finishLeaving(): Promise<number> {
    let gone = await this.#finishVisits();
    while (true) {
      const ready = await removablePeople(this.#db.tables, PERSON.leavingStepMax);
      for (const person of ready) {
        const removed = await this.#db.writer.transaction((trx) => leave(trx, person, this.#wallClock()));
        if (removed !== "removed") continue;
        gone++;
        this.#tellSignedOut(person);
      }
      if (ready.length < PERSON.leavingStepMax) return gone;
    }
  }

  /** The same for those whom an organization wants removed. */
  async #finishVisits(): Promise<number> {
    let gone = 0;
    let after = 0;
    while (true) {
      const visits = await visitsLeaving(this.#db.tables, { after, limit: PERSON.leavingStepMax });
      for (const visit of visits) {
        const leaving = async (trx: Tables) => {
          const isElsewhere = await isKnownElsewhere(trx, visit);
          return await leaveOrganization(trx, visit, { now: this.#wallClock(), isElsewhere });
        };
        if (await this.#db.writer.transaction(leaving) === "removed") gone++;
        after = visit.leaving_at ?? after;
      }
      if (visits.length < PERSON.leavingStepMax) return gone;
    }
  }

  #tellSignedOut(person: string): void {
    this.#router.publish(personTopic(person), { type: "signed-out" });
  }

  /** Does it, and notes it where it is an act; returns whether there is such a person, which the work says. */
  async #do(
    { act, person, actor, before }: {
      act: AuditAction;
      person: string;
      actor: Actor | undefined;
      before?: (trx: Tables) => Promise<void>;
    },
    work: (trx: Tables, now: number) => Promise<boolean>,
  ): Promise<boolean> {
    if (!actor) return await this.#db.writer.transaction((trx) => work(trx, this.#wallClock()));
    const action = { act, cabinet: "", subject: person, ...before && { before } };
    const done = await this.#auditLog.do(
      actor,
      action,
      async (trx, now) => await work(trx, now) ? [] : "undo",
    );
    return done !== "undone";
  }
}

function personFrom({ id, kind, name, number, picture, sessions_from: sessionsFrom }: PersonTable): Person {
  const said = { name, number: number ?? undefined, picture: picture ?? undefined };
  return { id, isGuest: kind === "guest", ...said, sessionsFrom };
}
