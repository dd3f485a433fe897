import type { Clock, WebSocketLike } from "./socket.ts";
import { pollEveryMs, postsMax } from "../times.ts";

/** What the socket needs. */
export interface HttpSocketOptions {
  /** The address that it polls and posts to. */
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/**
 * A socket over HTTP requests, for where WebSockets are blocked: it polls the state, and sends each message as a request
 * of its own. Opens with the first welcome. A tap that cannot be sent now is dropped; the page sends it again after the next welcome.
 * Any failure closes the socket.
 */
export function httpSocket({ url, fetch, clock }: HttpSocketOptions): WebSocketLike {
  const events = new EventTarget();
  const closing = new AbortController();
  const { signal } = closing;
  const posts = new Set<string>();
  let stopTimer = () => {};
  let isOpen = false;
  let isPolling = false;
  let isPolledAgain = false;

  function receive(data: string): void {
    if (signal.aborted) return;
    if (!isOpen) events.dispatchEvent(new Event("open"));
    isOpen = true;
    events.dispatchEvent(new MessageEvent("message", { data }));
  }

  async function request(init: RequestInit): Promise<void> {
    const response = await fetch(url, { ...init, signal, cache: "no-store", credentials: "same-origin" });
    if (!isMessages(response)) throw new Error(`Answered with ${response.status}`);
    await eachLine(response, receive);
  }

  /** Polls now, or once more after a poll that is under way: its answer may not have the latest changes. */
  async function poll(): Promise<void> {
    isPolledAgain = isPolling;
    if (isPolling) return;
    stopTimer();
    isPolling = true;
    do {
      isPolledAgain = false;
      await request({});
    } while (isPolledAgain);
    isPolling = false;
    // While a tap is under way a welcome would only make the page send it again. The tap is followed by a poll.
    if (posts.size === 0 && !signal.aborted) stopTimer = clock.after(pollEveryMs, () => closeOnError(poll()));
  }

  async function post(id: string, body: string): Promise<void> {
    posts.add(id);
    stopTimer();
    await request({ method: "POST", headers: { "content-type": "application/json" }, body });
    posts.delete(id);
    await poll();
  }

  function send(text: string): void {
    const { id }: { readonly id?: string } = JSON.parse(text);
    // A ping, which any answer answers.
    if (id === undefined) closeOnError(poll());
    else if (isOpen && !posts.has(id) && posts.size < postsMax) closeOnError(post(id, text));
  }

  function closeOnError(work: Promise<void>): void {
    work.catch(() => {
      if (signal.aborted) return;
      close();
      events.dispatchEvent(new Event("close"));
    });
  }

  function close(): void {
    stopTimer();
    closing.abort();
  }

  closeOnError(poll());
  return {
    addEventListener: (type, listener) => events.addEventListener(type, listener as EventListener),
    send,
    close,
  };
}

/** A proxy on the way may answer in the server's place, with a page of its own. */
function isMessages({ ok, headers }: Response): boolean {
  return ok && headers.get("content-type")?.startsWith("application/x-ndjson") === true;
}

/** Calls back with each line as soon as it is complete. A last line without its end is dropped. */
async function eachLine(response: Response, callback: (line: string) => void): Promise<void> {
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach((line) => callback(line));
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
