import { z } from "zod";

/** The version of the protocol that is spoken here. */
export const VERSION = 1;

/** The peer sent something that is not in the protocol, and is disconnected. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

const nonce = z.string().regex(/^[0-9a-f]{32}$/, "32 lower-case hex digits");
const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits");
const commandId = z.string().regex(/^[0-9A-Fa-f-]{36}$/, "a UUID");

const result = z.discriminatedUnion("state", [
  z.object({ type: z.literal("result"), id: commandId, state: z.enum(["opened", "accepted", "failed"]) }),
  z.object({
    type: z.literal("result"),
    id: commandId,
    state: z.literal("refused"),
    reason: z.enum(["mac", "lock", "late", "busy"]),
  }),
]);

const fromController = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.literal(VERSION),
    cabinet: z.string().regex(/^[!-~]{1,64}$/, "a cabinet's id"),
    nonce,
    log: z.string().regex(/^[0-9A-Za-z]{1,32}$/, "1 to 32 letters and digits"),
    firmware: z.string().regex(/^[ -~]{0,64}$/, "up to 64 printable ASCII characters").optional(),
  }),
  z.object({ type: z.literal("proof"), proof: digest }),
  z.object({ type: z.literal("ping"), n: z.int().min(1), mac: digest }),
  z.object({ type: z.literal("pong") }),
  result,
  z.object({
    type: z.literal("event"),
    seq: z.int().min(1),
    ago: z.int().min(0),
    lock: z.int().min(1).max(256),
    door: z.enum(["open", "closed"]),
    command: commandId.optional(),
  }),
  z.object({
    type: z.literal("doors"),
    doors: z.string().regex(/^[ocu]{1,256}$/, "up to 256 of o, c and u"),
  }),
]);

/** The types that a controller's line may have; lines of other types are ignored. */
const TYPES = ["hello", "proof", "ping", "pong", "result", "event", "doors"];

export type ControllerLine =
  | z.infer<typeof fromController>
  /** A hello of another version of the protocol. */
  | { readonly type: "other-version" };

/** The controller asks for the time, or for a sign of life. */
export type PingLine = ControllerLine & { type: "ping" };

export type EventLine = ControllerLine & { type: "event" };

export type ResultLine = ControllerLine & { type: "result" };

/** Why a controller is not welcomed. */
export type GreetingRefusal = "unauthorized" | "address" | "connected" | "unavailable" | "protocol";

/** One line to a controller. Times are milliseconds since 1970, all bytes in lower-case hex. */
export type ServiceLine =
  | { readonly type: "challenge"; readonly nonce: string }
  | {
    readonly type: "welcome";
    readonly proof: string;
    readonly time: number;
    readonly mac: string;
    readonly acknowledged: number;
    readonly heartbeatSeconds: number;
  }
  | { readonly type: "refused"; readonly reason: GreetingRefusal }
  | { readonly type: "ping" }
  | { readonly type: "pong"; readonly n: number; readonly time: number; readonly mac: string }
  | {
    readonly type: "open";
    readonly id: string;
    readonly lock: number;
    readonly until: number;
    readonly mac: string;
  }
  | { readonly type: "ack"; readonly seq: number };

/** The bytes of a line, with its end. */
export function encodeLine(line: ServiceLine): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(line)}\n`);
}

/**
 * Reads a line; `undefined`: it has an unknown type.
 *
 * @param line without its end
 * @throws {ProtocolError} if it is not a JSON object, or lacks what its type needs
 */
export function parseLine(line: Uint8Array): ControllerLine | undefined {
  const json = parseJson(line);
  if (typeof json !== "object" || json === null || !("type" in json) || typeof json.type !== "string") {
    throw new ProtocolError("The line is not a JSON object with a type");
  }
  if (!TYPES.includes(json.type)) return undefined;
  // Of another version only these two fields are known.
  if (json.type === "hello" && "protocol" in json && isOtherVersion(json.protocol)) {
    return { type: "other-version" };
  }
  const { success, data, error } = fromController.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw new ProtocolError(`${json.type}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function parseJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    return undefined;
  }
}

function isOtherVersion(protocol: unknown): boolean {
  return Number.isSafeInteger(protocol) && protocol !== VERSION;
}
