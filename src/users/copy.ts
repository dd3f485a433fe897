import type { Context } from "hono";
import { streamedAnswer } from "../http/streamed_answer.ts";
import type { KeyedRateLimiter } from "../lib/keyed_rate_limiter.ts";
import { PERSON } from "../lib/limits.ts";
import type { Person } from "../locker/mod.ts";
import type { UsersEnv } from "./admission.ts";
import type { UsersContext } from "./context.ts";
import { notice } from "./pages.ts";
import { isInWechat } from "./session/login.ts";

/** What copies are given with. */
export interface CopyContext extends UsersContext {
  /** How often a person may have one. */
  readonly copies: KeyedRateLimiter;
}

/** How long it takes until one more copy may be had. */
const COPY_PAUSE_SECONDS = Math.ceil(1 / PERSON.copiesPerPerson.perSecond);

/** Where a person's copy is, by a link. */
const PATH = "/me/copy";

/**
 * Gives the person a file with all that is kept about them. WeChat's browser stores no files: there the person gets to an
 * address that works without their session, and is told to open it in another browser.
 */
export async function copyOfMine(c: Context<UsersEnv>, context: CopyContext): Promise<Response> {
  const { person } = c.var;
  if (isInWechat(c)) return c.redirect(`${PATH}/${context.copyLinks.make(person.id)}`);
  return await fileOf(c, person, context);
}

/** Gives the file to who has the link, unless the person has ended their sessions since it was made. */
export async function copyByLink(c: Context<UsersEnv>, context: CopyContext): Promise<Response> {
  const link = context.copyLinks.read(c.req.param("link") ?? "");
  const person = link && await context.people.find(link.person);
  if (!link || !person || link.since < person.sessionsFrom) {
    return await notice(c, { kind: "copy-over", status: 404 });
  }
  if (isInWechat(c)) return await notice(c, { kind: "copy-elsewhere", status: 200 });
  return await fileOf(c, person, context);
}

async function fileOf(c: Context<UsersEnv>, { id }: Person, context: CopyContext): Promise<Response> {
  if (!context.copies.takes(id, context.now())) {
    c.header("retry-after", String(COPY_PAUSE_SECONDS));
    return await notice(c, { kind: "copy-too-often", status: 429 });
  }
  const parts = await context.people.copy(id);
  if (!parts) return await notice(c, { kind: "copy-over", status: 404 });
  return streamedAnswer(parts, {
    "content-type": "application/json; charset=UTF-8",
    "content-disposition": 'attachment; filename="kaigui-my-data.json"',
    "cache-control": "no-store",
  });
}
