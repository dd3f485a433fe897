/**
 * The operator's REST API, `/api/v1`.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { upgradeWebSocket } from "hono/deno";
import type { z } from "zod";
import { type CommandCursor, commandsBefore } from "../db/commands.ts";
import type { Database } from "../db/mod.ts";
import { COMMAND, OPERATOR, PERSON } from "../limits.ts";
import type { Cabinet, Cabinets, Commands, Journal } from "../locker/mod.ts";
import {
  ConflictError,
  RegistrationTakenError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "../locker/mod.ts";
import type { CabinetRouter } from "../router/mod.ts";
import { anyCaseUpgrade, type Guard } from "../sockets.ts";
import { cabinetAnswer, commandAnswer } from "./answers.ts";
import { openApi } from "./openapi.ts";
import { Problem, problemResponse } from "./problem.ts";
import { RawLine } from "./raw_line.ts";
import { cabinetBody, cabinetFrom, cabinetId, cabinetQuery, commandQuery, openBody } from "./schemas.ts";
import { isOperator, uuidFromKey } from "./token.ts";

/** What the API works with. */
export interface OperatorContext {
  readonly db: Database;
  readonly cabinets: Cabinets;
  readonly commands: Commands;
  readonly journal: Journal;
  readonly router: CabinetRouter;
  readonly token: string;
  /** Runs what a socket's event asks for, and sees to what it throws. */
  readonly guard: Guard;
  /** Is told of mistakes of the program. */
  readonly failed: (error: unknown) => void;
}

/** The routes below `/api/v1`. */
export function operatorApi(context: OperatorContext): Hono {
  const api = new Hono();
  api.onError((error, c) => {
    const problem = problemOf(error);
    if (!problem) context.failed(error);
    return problemResponse(
      c,
      problem ?? new Problem(500, "Internal Server Error", "Something went wrong here"),
    );
  });
  api.get("/openapi.json", (c) => c.json(openApi()));
  api.use(async (c, next) => {
    if (!await isOperator(c.req.header("authorization"), context.token)) {
      c.header("www-authenticate", "Bearer");
      throw new Problem(401, "Unauthorized", "Send the operator token as Authorization: Bearer");
    }
    await next();
  });
  api.use(bodyLimit({
    maxSize: OPERATOR.bodyBytesMax,
    onError: () => {
      throw new Problem(413, "Content Too Large", `A body may have ${OPERATOR.bodyBytesMax} bytes`);
    },
  }));
  cabinetRoutes(api, context);
  commandRoutes(api, context);
  api.all("*", (c) => {
    throw new Problem(404, "Not Found", `There is no ${c.req.method} ${c.req.path}`);
  });
  return api;
}

function cabinetRoutes(api: Hono, { cabinets, router, guard }: OperatorContext): void {
  const answer = async (cabinet: Cabinet) => cabinetAnswer(cabinet, await cabinets.status(cabinet));

  api.get("/cabinets", async (c) => {
    const page = checked(cabinetQuery, c.req.query());
    const found = await cabinets.list({ after: page.after, limit: page.limit + 1 });
    const items = found.slice(0, page.limit);
    const next = found.length > items.length ? items.at(-1)?.id ?? null : null;
    return c.json({ items: await Promise.all(items.map(answer)), next });
  });
  api.get("/cabinets/:id", async (c) => c.json(await answer(await theCabinet(c, cabinets))));
  api.put("/cabinets/:id", async (c) => {
    const id = checked(cabinetId, c.req.param("id"));
    const body = checked(cabinetBody, await jsonBody(c));
    const cabinet = cabinetFrom(id, body, await cabinets.find(id));
    const done = await cabinets.put(cabinet);
    return c.json(await answer(cabinet), done === "created" ? 201 : 200);
  });
  api.delete("/cabinets/:id", async (c) => {
    await theCabinet(c, cabinets);
    await cabinets.remove(c.req.param("id"));
    return c.body(null, 204);
  });
  api.get(
    "/cabinets/:id/raw",
    async (c, next) => {
      await theCabinet(c, cabinets);
      await next();
    },
    anyCaseUpgrade,
    upgradeWebSocket((c) => rawLineEvents(c.req.param("id") ?? "", { router, guard }), {
      idleTimeout: PERSON.idleTimeoutSeconds,
    }),
    () => {
      throw new Problem(426, "Upgrade Required", "The raw line is a WebSocket");
    },
  );
}

function rawLineEvents(cabinet: string, { router, guard }: Pick<OperatorContext, "router" | "guard">) {
  let line: RawLine | undefined;
  return guard.events({
    onOpen: (wire) => {
      line = new RawLine(cabinet, wire, router);
    },
    onMessage: (data) => line?.receive(data),
    onClose: () => line?.[Symbol.dispose](),
  });
}

function commandRoutes(api: Hono, { db, cabinets, commands, journal }: OperatorContext): void {
  api.post("/cabinets/:id/cells/:cell/open", async (c) => {
    const cabinet = await theCabinet(c, cabinets);
    const { reason } = checked(openBody, await jsonBody(c));
    const key = c.req.header("idempotency-key");
    if (key !== undefined && (key.length === 0 || key.length > OPERATOR.textMax)) {
      throw new Problem(400, "Bad Request", `An Idempotency-Key has 1 to ${OPERATOR.textMax} characters`);
    }
    const id = key === undefined ? crypto.randomUUID() : await uuidFromKey(key);
    const cell = cellNumber(c.req.param("cell"));
    const tap = { id, cabinet, cell, by: "operator", ...(reason === undefined ? {} : { note: reason }) };
    await inTime(commands.open(tap), COMMAND.operatorWaitMs);
    return c.json(commandAnswer(await theCommand(id, journal)));
  });
  api.get("/commands/:id", async (c) => c.json(commandAnswer(await theCommand(c.req.param("id"), journal))));
  api.get("/commands", async (c) => {
    const { before, limit, ...filter } = checked(commandQuery, c.req.query());
    const found = await commandsBefore(db, { ...filter, before: cursorOf(before), limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const next = last && found.length > items.length ? `${last.requested_at}_${last.id}` : null;
    return c.json({ items: items.map(commandAnswer), next });
  });
}

/** Resolves when the work is done or the time is up; the work goes on. */
async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

async function theCabinet(c: Context, cabinets: Cabinets): Promise<Cabinet> {
  const id = c.req.param("id") ?? "";
  const cabinet = await cabinets.find(id);
  if (!cabinet) throw new Problem(404, "Not Found", `There is no cabinet ${id}`);
  return cabinet;
}

async function theCommand(id: string, journal: Journal) {
  const command = await journal.find(id);
  if (!command) throw new Problem(404, "Not Found", `There is no command ${id}`);
  return command;
}

function cellNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new Problem(404, "Not Found", `There is no cell ${text}`);
  return Number(text);
}

function cursorOf(text: string | undefined): CommandCursor | undefined {
  if (text === undefined) return undefined;
  const [, at, id] = /^(\d{1,15})_([0-9a-f-]{36})$/.exec(text) ?? [];
  if (!at || !id) throw new Problem(400, "Bad Request", "before: not a cursor that a list answered with");
  return { requestedAt: Number(at), id };
}

/** A missing body counts as an empty object. */
async function jsonBody(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, "Bad Request", "The body is no JSON");
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const detail = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join(
    "; ",
  );
  throw new Problem(422, "Unprocessable Content", detail);
}

/** `undefined`: the error is a mistake of the program. */
function problemOf(error: Error): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof UnknownCellError) return new Problem(404, "Not Found", error.message);
  if (error instanceof RegistrationTakenError) return new Problem(409, "Conflict", error.message);
  if (error instanceof ConflictError) {
    return new Problem(422, "Unprocessable Content", "This Idempotency-Key belongs to another request");
  }
  if (error instanceof TooManyTapsError) return new Problem(429, "Too Many Requests", error.message);
  if (error instanceof UnavailableError) return new Problem(503, "Service Unavailable", error.message);
  return undefined;
}
