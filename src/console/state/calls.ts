import { withTimeout } from "../../lib/concurrency/timeout.ts";

/** How the service answered. */
export type CallAnswer =
  | { readonly type: "ok"; readonly value: unknown }
  /** `code` says to a program what the problem is, where the status alone does not. */
  | { readonly type: "refused"; readonly status: number; readonly code: string | undefined }
  /** None came, so it is not known what the service did. */
  | { readonly type: "silent" };

/** One request to the REST API. */
export interface CallRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** @default none */
  readonly body?: unknown;
  /** For which organization. @default none */
  readonly organization?: string;
}

/** Sends a request to the REST API. It never rejects. */
export type CallFunction = (request: CallRequest) => Promise<CallAnswer>;

/** How long an answer is waited for: passwords are hashed one after the other, some 0.4 s each. */
export const answerMs = 30_000;

/** Calls by this `fetch`. */
export function callsBy(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  { timeoutMs = answerMs }: { timeoutMs?: number } = {},
): CallFunction {
  return async (request) => {
    try {
      return await withTimeout(answerTo(request, fetch), { ms: timeoutMs });
    } catch {
      return { type: "silent" };
    }
  };
}

async function answerTo(
  { method, path, body, organization }: CallRequest,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<CallAnswer> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...body !== undefined && { "content-type": "application/json" },
      ...organization !== undefined && { "kaigui-organization": organization },
    },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: "same-origin",
    // What is asked here holds for this moment and this session.
    cache: "no-store",
  });
  const text = await response.text();
  if (response.ok) return { type: "ok", value: JSON.parse(text) };
  return { type: "refused", status: response.status, code: codeIn(text) };
}

/** The code in problem details (RFC 9457); a proxy in front answers in other words. */
function codeIn(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text);
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}
