/**
 * Calls of the operator's API, whose answers must be as they are declared.
 *
 * @module
 */
import { isDeclared } from "./declared_answers.ts";
import { TOKEN } from "./program.ts";
import { until } from "./until.ts";

/** How the API is called. */
interface ApiCallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Whether another version answers, or has written what is answered, in words that this one does not declare. */
  readonly isOtherVersion?: boolean;
}

/** Calls the operator's API. The answer must be what its route declares. */
export async function api(
  program: { url: string },
  method: string,
  path: string,
  { body, headers = {}, isOtherVersion = false }: ApiCallOptions = {},
  // deno-lint-ignore no-explicit-any
): Promise<{ status: number; type: string; body: any }> {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: text === "" ? undefined : JSON.parse(text),
  };
  if (!isOtherVersion) isDeclared(method, path, answer);
  return answer;
}

/** Puts an 8A cabinet whose registration is its id, and of which everybody opens everything. */
export async function putCabinet(
  program: { url: string },
  id: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const body = {
    name: id,
    board: "8a",
    registration: { text: `REG-${id}` },
    mode: "open",
    cells: { count: 24 },
    ...more,
  };
  const { status, body: answer } = await api(program, "PUT", `/cabinets/${id}`, { body });
  if (status !== 201 && status !== 200) throw new Error(`PUT ${id}: ${status} ${JSON.stringify(answer)}`);
}

/** Waits until the cabinet is online, or not. */
export async function untilOnline(program: { url: string }, id: string, online = true): Promise<void> {
  await until(async () => (await api(program, "GET", `/cabinets/${id}`)).body.online === online);
}
