/**
 * A socket without a WebSocket, for where that is blocked: looks again and again how things are, and sends each
 * message as a request of its own.
 *
 * @module
 */
import type { Clock, WebSocketLike } from "./socket.ts";
import { pollEveryMs, postsMax } from "../times.ts";

/** What such a socket needs. */
export interface HttpSocketOptions {
  /** Where the server talks. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/**
 * Opens with the first welcome. A tap that cannot be sent now is dropped: whoever wants it asks again after the next
 * welcome. Whatever goes wrong closes the socket.
 */
export function httpSocket({ url, fetch, clock }: HttpSocketOptions): WebSocketLike {
  const events = new EventTarget();
  const hangUp = new AbortController();
  const { signal } = hangUp;
  const posts = new Set<string>();
  let stopTimer = () => {};
  let isOpen = false;
  let isPolling = false;
  let isPolledAgain = false;

  function hear(data: string): void {
    if (signal.aborted) return;
    if (!isOpen) events.dispatchEvent(new Event("open"));
    isOpen = true;
    events.dispatchEvent(new MessageEvent("message", { data }));
  }

  async function ask(init: RequestInit): Promise<void> {
    const response = await fetch(url, { ...init, signal, cache: "no-store", credentials: "same-origin" });
    if (!isTalk(response)) throw new Error(`Answered with ${response.status}`);
    await eachLine(response, hear);
  }

  /** Looks now, or once more where it looks already: what happened since may not be in that answer. */
  async function poll(): Promise<void> {
    isPolledAgain = isPolling;
    if (isPolling) return;
    stopTimer();
    isPolling = true;
    do {
      isPolledAgain = false;
      await ask({});
    } while (isPolledAgain);
    isPolling = false;
    // While a tap is under way a welcome would only make the page ask for it again; behind the tap comes a look.
    if (posts.size === 0 && !signal.aborted) stopTimer = clock.after(pollEveryMs, () => orEnd(poll()));
  }

  async function post(id: string, body: string): Promise<void> {
    posts.add(id);
    stopTimer();
    await ask({ method: "POST", headers: { "content-type": "application/json" }, body });
    posts.delete(id);
    await poll();
  }

  function send(text: string): void {
    const { id }: { readonly id?: string } = JSON.parse(text);
    // A ping: any answer does.
    if (id === undefined) orEnd(poll());
    else if (isOpen && !posts.has(id) && posts.size < postsMax) orEnd(post(id, text));
  }

  function orEnd(work: Promise<void>): void {
    work.catch(() => {
      if (signal.aborted) return;
      close();
      events.dispatchEvent(new Event("close"));
    });
  }

  function close(): void {
    stopTimer();
    hangUp.abort();
  }

  orEnd(poll());
  return {
    addEventListener: (type, listener) => events.addEventListener(type, listener as EventListener),
    send,
    close,
  };
}

/** What lies between may answer in the server's place, with a page of its own. */
function isTalk({ ok, headers }: Response): boolean {
  return ok && headers.get("content-type")?.startsWith("application/x-ndjson") === true;
}

/** Hands on each line as soon as it is whole; what is cut off at the end is none. */
async function eachLine(response: Response, hear: (line: string) => void): Promise<void> {
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(hear);
  };
  const reader = response.body?.getReader();
  if (reader === undefined) return take(await response.text());
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(decoder.decode(value, { stream: true }));
  }
}
