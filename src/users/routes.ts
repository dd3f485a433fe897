/**
 * What people reach: the page of a cabinet and its socket.
 *
 * @module
 */
import { type Context, Hono, type Next } from "hono";
import { upgradeWebSocket } from "hono/deno";
import { addressOf } from "../address.ts";
import { PERSON } from "../limits.ts";
import type { Cabinets, Commands, People, Person, Rentals } from "../locker/mod.ts";
import type { CabinetRouter } from "../router/mod.ts";
import { anyCaseUpgrade, type Guard } from "../sockets.ts";
import { renderNotice, renderPage } from "../page/shell.tsx";
import type { Attendance } from "./attendance.ts";
import type { Audiences } from "./audience.ts";
import type { Sessions } from "./session.ts";
import { PersonSocket } from "./socket.ts";
import type { Visit } from "./visit.ts";

/** What the routes work with. */
export interface UsersContext {
  readonly cabinets: Cabinets;
  readonly commands: Commands;
  readonly people: People;
  readonly rentals: Rentals;
  readonly router: CabinetRouter;
  readonly attendance: Attendance;
  readonly audiences: Audiences;
  readonly sessions: Sessions;
  readonly guard: Guard;
  readonly guestLogin: boolean;
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** How many proxies in front say where a request came from. */
  readonly trustedProxies: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

type Env = { Variables: { visit: Visit } };

/** The routes `/c/{cabinet}` and `/ws`. */
export function userRoutes(context: UsersContext): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/c/:cabinet", (c) => page(c, context));
  routes.get(
    "/ws",
    (c, next) => admit(c, { context, next }),
    anyCaseUpgrade,
    upgradeWebSocket((c) => socketEvents(c.get("visit"), context), {
      idleTimeout: PERSON.idleTimeoutSeconds,
    }),
    (c) => c.text("This address is a WebSocket", 426),
  );
  return routes;
}

/** Signs the person in and shows the cabinet. */
async function page(c: Context<Env>, context: UsersContext): Promise<Response> {
  const lang = languageOf(c);
  c.header("cache-control", "no-store");
  const cabinet = await context.cabinets.find(c.req.param("cabinet") ?? "");
  if (!cabinet) return c.html(renderNotice({ lang, kind: "unknown-cabinet" }), 404);
  const known = await personOf(c, context);
  if (!known && !context.guestLogin) return c.html(renderNotice({ lang, kind: "not-signed-in" }), 401);
  const person = known ?? await context.people.addGuest(addressOf(c, context.trustedProxies));
  if (!person) return c.html(renderNotice({ lang, kind: "error" }), 429);
  if (!known) await context.sessions.start(c, person.id, { secure: isSecure(c, context) });
  return c.html(renderPage({ you: person, cabinet: await context.cabinets.view(cabinet), lang }));
}

/** Lets a socket through whose session, cabinet and origin are right. */
async function admit(
  c: Context<Env>,
  { context, next }: { context: UsersContext; next: Next },
): Promise<Response | void> {
  if (!isOwnOrigin(c, context)) return c.text("This page belongs to another site", 403);
  const person = await personOf(c, context);
  if (!person) return c.text("Open the cabinet's page first", 401);
  const cabinet = await context.cabinets.find(c.req.query("cabinet") ?? "");
  if (!cabinet) return c.text("There is no such cabinet", 404);
  if (!context.guard.hasRoom || !context.attendance.hasRoom(person.id)) {
    return c.text("Too many open pages", 429);
  }
  c.set("visit", { person, cabinet, address: addressOf(c, context.trustedProxies) });
  await next();
}

function socketEvents(visit: Visit, context: UsersContext) {
  let socket: PersonSocket | undefined;
  return context.guard.events({
    onOpen: async (wire) => {
      socket = new PersonSocket(visit, wire, context);
      await socket.welcome();
    },
    onMessage: (data) => socket?.receive(data),
    onClose: () => socket?.close(),
    isBusy: () => socket?.isBusy ?? false,
    retire: () => socket?.retire(),
  });
}

async function personOf(c: Context, { sessions, people }: UsersContext): Promise<Person | undefined> {
  const id = await sessions.personOf(c);
  return id === undefined ? undefined : await people.find(id);
}

/** A page of another site must not use the person's cookie. What is no browser sends no `Origin`. */
function isOwnOrigin(c: Context, { publicUrl }: UsersContext): boolean {
  const origin = c.req.header("origin");
  if (origin === undefined || origin === publicUrl) return true;
  return URL.parse(origin)?.host === c.req.header("host");
}

function isSecure(c: Context, { publicUrl }: UsersContext): boolean {
  return publicUrl?.startsWith("https:") ?? c.req.header("x-forwarded-proto") === "https";
}

/** Chinese unless the phone asks for English first. */
function languageOf(c: Context): "zh" | "en" {
  return /^\s*en\b/i.test(c.req.header("accept-language") ?? "") ? "en" : "zh";
}
