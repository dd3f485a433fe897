/**
 * Who gets what of each route: the table, written down a second time, independent of `src/cabinet/roles.ts`. A route
 * without an entry here fails the test.
 *
 * @module
 */
import type { Role } from "../../src/cabinet/roles.ts";
import { FREE, HELD, type Place, type Seat } from "../../testing/rigs/two_organizations.ts";
import { PASSWORD } from "../../testing/rigs/staff.ts";

/** In the order of the table's columns. */
export const COLUMNS: readonly Role[] = ["owner", "manager", "attendant", "installer", "viewer"];

/** The table: y where the role may. */
const ROWS = {
  administer: "y----",
  manage: "yy---",
  attend: "yyy--",
  describe: "yy-y-",
  open: "yyyy-",
  see: "yyyyy",
  /** Where there are several organizations. */
  root: "-----",
} as const;
type Row = keyof typeof ROWS;

/** Whether the table has a y there. */
export function has(row: Row, role: Role): boolean {
  return ROWS[row][COLUMNS.indexOf(role)] === "y";
}

/** Where a call goes: a cabinet with its rows, and what else has an id. */
export interface Spot extends Place {
  /** A member, whose scope is the place's tag. */
  readonly member: string;
  /** Members, people and links that are used up by the calls that remove one. */
  readonly members: string[];
  readonly visitors: string[];
  readonly links: string[];
  readonly tokenId: string;
  readonly session: string;
  /** The secret of a link. */
  readonly secret: string;
}

/** Who calls, as far as a call depends on it. */
export interface Calling {
  /** The scope is the tag of one place. */
  readonly scope: string | undefined;
  readonly login: string;
  /** Ids and secrets of sessions of the account beside that by which it calls. */
  readonly spare: { readonly id: string; readonly secret: string }[];
}

/** What is sent. */
interface Call {
  readonly path: string;
  readonly body?: unknown;
}

/** What a route answers to whom. */
export interface Entry {
  /** `account`: who is logged in, about itself. */
  readonly row: Row | "public" | "account";
  /** The status where the caller may. */
  readonly done: number;
  /** The status for the service's own token, where it is another one. */
  readonly root?: number;
  /** The status for the service's own token, where another organization has the place. @default {foreign} */
  readonly rootForeign?: number;
  /** The status where the caller's scope does not have the place. @default {404} */
  readonly out?: number;
  /** The status where another organization has the place. @default {404} */
  readonly foreign?: number;
  /** Whether what it shows belongs to the organization and to no cabinet, so that scopes make no difference. */
  readonly isWide?: boolean;
  /** Whether it is refused to all whose reach is some of the organization's cabinets. */
  readonly isWhole?: boolean;
  /** Whether the call names nothing: then the foreign organization is named in the header. */
  readonly isBare?: boolean;
  /** What a call that succeeds uses up. */
  readonly uses?: "members" | "visitors" | "links" | "spare";
  readonly call: (spot: Spot, caller: Calling) => Call;
}

const last = <T>(pool: readonly T[]): T => {
  const item = pool.at(-1);
  if (item === undefined) throw new RangeError("The matrix has used up what was made for it");
  return item;
};

const bare = (path: string, body?: unknown): Pick<Entry, "call" | "isBare"> => ({
  isBare: true,
  call: () => ({ path, body }),
});
const at = (path: (spot: Spot) => string, body?: unknown): Pick<Entry, "call"> => ({
  call: (spot) => ({ path: path(spot), body }),
});
const inCabinet = (rest: string, body?: unknown): Pick<Entry, "call"> =>
  at(({ cabinet }) => `/cabinets/${cabinet}${rest}`, body);

/** By method and path, as the route is declared. */
export const ENTRIES: Readonly<Record<string, Entry>> = {
  "GET /cabinets": { row: "see", done: 200, ...bare("/cabinets") },
  "GET /cabinets/{id}": { row: "see", done: 200, ...inCabinet("") },
  // Describes the cabinet as it is. An id is unique over the service: the answer says that it is taken, not by whom.
  "PUT /cabinets/{id}": {
    row: "describe",
    done: 200,
    out: 409,
    foreign: 409,
    call: ({ cabinet, tag, word }, { scope }) => ({
      path: `/cabinets/${cabinet}`,
      body: {
        name: scope === undefined || scope === tag ? `Cabinet ${word}` : "Another",
        board: "8a",
        mode: "storage",
        tags: [scope ?? tag],
        cells: [HELD, FREE, 3].map((cell) => ({ cell, board: 1, channel: cell, size: "M" })),
      },
    }),
  },
  // What it is about is in the file, which is empty here.
  "POST /cabinets/import": { row: "describe", done: 422, ...bare("/cabinets/import") },
  "PATCH /cabinets/{id}": { row: "describe", done: 200, ...inCabinet("", { location: null }) },
  "POST /jobs": {
    row: "manage",
    done: 201,
    call: ({ cabinet }) => ({
      path: "/jobs",
      body: { act: "enable", cells: [{ cabinet, cell: 3 }] },
    }),
  },
  "GET /jobs": { row: "manage", done: 200, ...bare("/jobs") },
  "GET /jobs/{id}": { row: "manage", done: 200, ...at(({ job }) => `/jobs/${job}`) },
  "GET /jobs/{id}/parts": { row: "manage", done: 200, ...at(({ job }) => `/jobs/${job}/parts`) },
  "POST /jobs/{id}/cancel": { row: "manage", done: 200, ...at(({ job }) => `/jobs/${job}/cancel`, {}) },
  // A person has a cell of it.
  "DELETE /cabinets/{id}": { row: "manage", done: 409, ...inCabinet("") },
  // It is not a WebSocket; what a socket gets is tested beside the matrix.
  "GET /cabinets/{id}/raw": { row: "describe", done: 426, ...inCabinet("/raw") },
  "GET /cabinets/{id}/qr.svg": { row: "see", done: 200, ...inCabinet("/qr.svg") },
  "GET /cabinets/{id}/qr.png": { row: "see", done: 200, ...inCabinet("/qr.png") },
  "GET /posters": { row: "see", done: 200, ...at(({ cabinet }) => `/posters?cabinet=${cabinet}`) },
  "POST /cabinets/{id}/cells/{cell}/disable": {
    row: "attend",
    done: 200,
    ...inCabinet("/cells/3/disable", {}),
  },
  "POST /cabinets/{id}/cells/{cell}/enable": {
    row: "attend",
    done: 200,
    ...inCabinet("/cells/3/enable", {}),
  },
  "POST /cabinets/{id}/cells/{cell}/clean": { row: "attend", done: 200, ...inCabinet("/cells/3/clean", {}) },
  // The whole list is for who runs the service; it is tested beside the matrix.
  "GET /devices/unknown": { row: "describe", done: 200, ...bare("/devices/unknown?registration=none") },
  // The cabinet is offline.
  "POST /cabinets/{id}/test": { row: "describe", done: 409, ...inCabinet("/test", {}) },
  // It has to be confirmed.
  "POST /cabinets/{id}/open-all": {
    row: "manage",
    done: 409,
    ...inCabinet("/open-all", { reason: "fire" }),
  },
  "GET /cabinets/{id}/permits": { row: "attend", done: 200, ...inCabinet("/permits") },
  "POST /cabinets/{id}/permits": {
    row: "manage",
    done: 201,
    call: ({ cabinet, person }) => ({ path: `/cabinets/${cabinet}/permits`, body: { person, cells: "all" } }),
  },
  "GET /permits/{id}": { row: "attend", done: 200, ...at(({ permit }) => `/permits/${permit}`) },
  "DELETE /permits/{id}": { row: "manage", done: 204, ...at(({ permit }) => `/permits/${permit}`) },
  // The cabinet is offline, so the command is refused.
  "POST /cabinets/{id}/cells/{cell}/open": {
    row: "open",
    done: 200,
    ...inCabinet(`/cells/${FREE}/open`, { reason: "to look" }),
  },
  "GET /commands": { row: "see", done: 200, ...bare("/commands") },
  "GET /commands/{id}": { row: "see", done: 200, ...at(({ command }) => `/commands/${command}`) },
  "GET /rentals": { row: "attend", done: 200, ...bare("/rentals") },
  "GET /rentals/{id}": { row: "attend", done: 200, ...at(({ rental }) => `/rentals/${rental}`) },
  "POST /rentals/{id}/end": {
    row: "manage",
    done: 200,
    ...at(({ endedRental }) => `/rentals/${endedRental}/end`, {}),
  },
  // It never has to be over.
  "POST /rentals/{id}/extend": {
    row: "attend",
    done: 409,
    ...at(({ rental }) => `/rentals/${rental}/extend`, { byMinutes: 60 }),
  },
  "GET /rentals/{id}/story": {
    row: "see",
    done: 200,
    ...at(({ rental }) => `/rentals/${rental}/story`),
  },
  // It has to be confirmed.
  "POST /cabinets/{id}/clear": { row: "manage", done: 409, ...inCabinet("/clear", {}) },
  "POST /cabinets/{id}/cells/{cell}/clear": {
    row: "attend",
    done: 409,
    ...inCabinet(`/cells/${HELD}/clear`, {}),
  },
  "GET /people": { row: "attend", done: 200, ...bare("/people") },
  "GET /people/{id}": { row: "attend", done: 200, ...at(({ person }) => `/people/${person}`) },
  "GET /people/{id}/copy": {
    row: "manage",
    done: 200,
    isWhole: true,
    ...at(({ person }) => `/people/${person}/copy`),
  },
  "DELETE /people/{id}": {
    row: "manage",
    done: 200,
    isWhole: true,
    uses: "visitors",
    ...at(({ visitors }) => `/people/${last(visitors)}`),
  },
  // A session is one for all organizations.
  "POST /people/{id}/sign-out": {
    row: "manage",
    done: 403,
    root: 204,
    isWhole: true,
    ...at(({ person }) => `/people/${person}/sign-out`, {}),
  },
  "GET /events": { row: "see", done: 200, ...bare("/events") },
  // From the oldest event on: what a caller would be told of what happens now is told by the same rules.
  "GET /feed": { row: "see", done: 200, ...bare("/feed?after=start") },
  "GET /alarms": { row: "see", done: 200, ...bare("/alarms") },
  "GET /acts": { row: "manage", done: 200, ...bare("/acts") },
  "GET /organizations": { row: "see", done: 200, ...bare("/organizations") },
  // It is there.
  "POST /organizations": {
    row: "root",
    done: 409,
    ...bare("/organizations", { id: "other", name: "Again" }),
  },
  "GET /organization": { row: "see", done: 200, ...bare("/organization") },
  "PATCH /organization": {
    row: "administer",
    done: 200,
    isWhole: true,
    ...bare("/organization", { language: "zh" }),
  },
  "GET /staff": { row: "administer", done: 200, isWide: true, ...bare("/staff") },
  "PUT /staff/{id}": {
    row: "administer",
    done: 200,
    // An owner of some cabinets sees who has others, and leaves them alone.
    out: 403,
    call: ({ member, tag }, { scope }) => ({
      path: `/staff/${member}`,
      body: { role: "viewer", tags: [scope ?? tag] },
    }),
  },
  "DELETE /staff/{id}": {
    row: "administer",
    done: 204,
    out: 403,
    uses: "members",
    ...at(({ members }) => `/staff/${last(members)}`),
  },
  "POST /staff/{id}/reset": {
    row: "administer",
    done: 201,
    out: 403,
    // The operator helps any account.
    rootForeign: 201,
    ...at(({ member }) => `/staff/${member}/reset`, {}),
  },
  "POST /staff/{id}/log-out": {
    row: "administer",
    done: 204,
    isWhole: true,
    ...at(({ member }) => `/staff/${member}/log-out`, {}),
  },
  "GET /invitations": { row: "administer", done: 200, isWide: true, ...bare("/invitations") },
  "POST /invitations": {
    row: "administer",
    done: 201,
    isBare: true,
    call: (_, { scope }) => ({
      path: "/invitations",
      body: { role: "viewer", tags: scope ? [scope] : null },
    }),
  },
  "DELETE /invitations/{id}": {
    row: "administer",
    done: 204,
    out: 403,
    uses: "links",
    ...at(({ links }) => `/invitations/${last(links)}`),
  },
  "GET /tokens": { row: "administer", done: 200, isWide: true, ...bare("/tokens") },
  "POST /tokens": {
    row: "administer",
    done: 201,
    isBare: true,
    call: (_, { scope }) => ({
      path: "/tokens",
      body: { name: "Made", role: "viewer", tags: scope ? [scope] : null },
    }),
  },
  "DELETE /tokens/{id}": {
    row: "administer",
    done: 204,
    out: 403,
    ...at(({ tokenId }) => `/tokens/${tokenId}`),
  },
  "POST /session": {
    row: "public",
    done: 201,
    call: (_, { login }) => ({ path: "/session", body: { login, password: PASSWORD } }),
  },
  "POST /invitations/look": {
    row: "public",
    done: 200,
    call: ({ secret }) => ({ path: "/invitations/look", body: { secret } }),
  },
  "POST /invitations/accept": {
    row: "public",
    done: 404,
    ...bare("/invitations/accept", {
      secret: "no such link",
      login: "new@example.com",
      name: "New",
      password: PASSWORD,
    }),
  },
  "GET /account": { row: "account", done: 200, ...bare("/account") },
  "PATCH /account": { row: "account", done: 200, ...bare("/account", { language: "en" }) },
  "DELETE /session": { row: "account", done: 204, uses: "spare", ...bare("/session") },
  "GET /sessions": { row: "account", done: 200, ...bare("/sessions") },
  // Out of scope: another account of the same organization.
  "DELETE /sessions/{id}": {
    row: "account",
    done: 204,
    uses: "spare",
    call: ({ session }, { spare }) => ({
      path: `/sessions/${session === "" ? spare.at(-1)?.id ?? crypto.randomUUID() : session}`,
    }),
  },
  "POST /account/password": {
    row: "account",
    done: 422,
    ...bare("/account/password", { current: PASSWORD, next: "short" }),
  },
  "POST /account/second-factor": {
    row: "account",
    done: 201,
    ...bare("/account/second-factor", { password: PASSWORD }),
  },
  "POST /account/second-factor/confirm": {
    row: "account",
    done: 422,
    ...bare("/account/second-factor/confirm", { code: "none" }),
  },
  "POST /account/second-factor/remove": {
    row: "account",
    done: 204,
    ...bare("/account/second-factor/remove", { password: PASSWORD }),
  },
  "GET /status": { row: "root", done: 200, ...bare("/status") },
  "GET /openapi.json": { row: "public", done: 200, ...bare("/openapi.json") },
  "GET /docs": { row: "public", done: 200, ...bare("/docs") },
};

/** Who calls, as the test has it. */
export interface Caller extends Calling {
  readonly name: string;
  readonly kind: "nobody" | "root" | "token" | "cookie";
  readonly seat?: Seat;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a place stands to the first organization and the scope of some of its staff. */
export type Where = "own" | "out" | "foreign";

/** The status that the call has to get. */
export function expected(entry: Entry, { kind, seat, scope }: Caller, where: Where): number {
  const { row, done, root = done, out = 404, foreign = 404, isBare = false, isWide = false } = entry;
  if (row === "public") return done;
  if (row === "account") {
    if (kind !== "cookie") return 401;
    return isBare || where === "own" ? done : where === "out" ? out : foreign;
  }
  if (kind === "nobody") return 401;
  if (seat === undefined) return where === "foreign" && !isBare ? entry.rootForeign ?? foreign : root;
  // An organization that is named comes first: a caller is nobody there.
  if (where === "foreign" && isBare) return 404;
  if (!has(row, seat.role) || entry.isWhole && scope !== undefined) return 403;
  if (where === "foreign") return foreign;
  return where === "out" && scope !== undefined && !isBare && !isWide ? out : done;
}
