import {
  claimIdentity,
  personByOpenid,
  personWithIdentity,
  UNIONID_APP,
} from "../../db/queries/identities.ts";
import type { Database, PersonTable, Tables } from "../../db/mod.ts";
import { changePerson, insertPerson, lockPerson } from "../../db/queries/people.ts";
import { retry } from "../../lib/concurrency/retry.ts";
import { DATABASE } from "../../lib/limits.ts";

/** What WeChat says of a person; `undefined`: it does not say. */
export interface WechatLogin {
  /** The app's id. */
  readonly app: string;
  readonly openid: string;
  /** The same in all apps of one owner. */
  readonly unionid: string | undefined;
  readonly name: string | undefined;
  /** Address of a picture. */
  readonly picture: string | undefined;
}

/**
 * The person, who is new where neither id is known. Mostly nothing is news: then nothing is written.
 *
 * @throws {Error} if the database does not take it
 */
export async function wechatPerson(
  db: Database,
  login: WechatLogin,
  wallClock: () => number,
): Promise<PersonTable> {
  const lookOrWrite = async () => {
    const known = await personByOpenid(db.tables, login);
    if (known?.isUnionidKnown && newsOf(known.row, login) === undefined) return known.row;
    return await db.writer.transaction((trx) => written(trx, login, wallClock()));
  };
  return await retry(lookOrWrite, {
    mayRetry: (error, tries) => error instanceof ConcurrentChangeError && tries < DATABASE.transactionTries,
  });
}

async function written(trx: Tables, login: WechatLogin, now: number): Promise<PersonTable> {
  const { app, openid, unionid } = login;
  const everywhere = unionid === undefined ? undefined : { app: UNIONID_APP, openid: unionid };
  const known = await personWithIdentity(trx, { app, openid });
  const id = known ?? (everywhere && await personWithIdentity(trx, everywhere));
  const person = id === undefined ? await insertPerson(trx, newPerson(now)) : await lockPerson(trx, id);
  if (!person) throw new ConcurrentChangeError();
  const claim = { person: person.id, now };
  const isTheirs = everywhere === undefined || await claimIdentity(trx, everywhere, claim);
  // A person who came in through two apps before WeChat told a unionid is two people here, and stays so: both may have
  // things in cells, and a login must not let one of them open the other's.
  if (known === undefined && !(isTheirs && await claimIdentity(trx, { app, openid }, claim))) {
    throw new ConcurrentChangeError();
  }
  const news = newsOf(person, login);
  if (news) await changePerson(trx, person.id, news);
  return { ...person, ...news };
}

/** A new person, before what WeChat tells is added. */
function newPerson(now: number): Parameters<typeof insertPerson>[1] {
  return { id: crypto.randomUUID(), kind: "wechat", name: "", created_at: now };
}

/** What is not written down yet. A person who is to be removed is not named again. */
function newsOf(
  { name, picture, leaving_at }: PersonTable,
  login: WechatLogin,
): Pick<PersonTable, "name" | "picture"> | undefined {
  const told = { name: login.name ?? name, picture: login.picture ?? picture };
  const isKnown = told.name === name && told.picture === picture;
  return leaving_at !== null || isKnown ? undefined : told;
}

/** Another transaction added or removed the person at the same moment: this one is undone. */
class ConcurrentChangeError extends Error {
  override name = "ConcurrentChangeError";

  constructor() {
    super("Cannot let a person in: they are added and removed at the same moment, again and again");
  }
}
