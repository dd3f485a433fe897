/**
 * Programs that stand still, as on a frozen machine, while people and operators go on tapping: what they send stays in
 * sockets, and is read when the tap is too old.
 *
 * @module
 */
import { COMMAND } from "../../src/lib/limits.ts";
import { api } from "../api.ts";
import { guestCookie, type Message, Page } from "../page.ts";
import type { Program } from "../program.ts";
import { FINAL, type Place, type Tap } from "../roaming.ts";
import { chance } from "../chance.ts";

/** Longer than a tap's deadline, so that what was sent at the beginning is too old at the end. */
export const STANDSTILL_MS = COMMAND.deadlineMs + 3_000;
/** The longest pause between an answer and the next tap: some taps come in the middle of each standstill. */
const PAUSE_MS = STANDSTILL_MS;
/** The pause before a tap is sent again after an error. */
const AGAIN_MS = 100;

/** The ways by which a door can be opened. */
export const WAYS = ["socket", "talk", "rest"] as const;
export type Way = typeof WAYS[number];

/** Stops the program for a while, as a frozen machine does. */
export async function standStill(programs: readonly Program[], ms: number = STANDSTILL_MS): Promise<void> {
  for (const { process } of programs) process.kill("SIGSTOP");
  await pause(ms);
  for (const { process } of programs) process.kill("SIGCONT");
}

/** A tap as it is sent, the same each time. */
type Wish = Pick<Tap, "id" | "cell" | "from">;

/** Sends the tap once. @returns the final message, or `undefined` if it has to be sent again, as the page does */
type Ask = (wish: Wish) => Promise<Message | undefined>;

/** A person or operator who taps one cell again and again, by one way. */
export class Tapper {
  readonly taps: Tap[] = [];
  readonly way: Way;
  readonly #cell: number;
  readonly #ask: Ask;
  readonly #random: () => number;

  private constructor(way: Way, { cabinet, cell, ask }: { cabinet: string; cell: number; ask: Ask }) {
    this.way = way;
    this.#cell = cell;
    this.#ask = ask;
    this.#random = chance(`${cabinet} ${cell} ${way}`);
  }

  /** @param place the program that they tap at; their connections are closed with the stack */
  static async at(
    place: Place,
    { way, cabinet, cell }: { way: Way; cabinet: string; cell: number },
    stack: AsyncDisposableStack,
  ): Promise<Tapper> {
    return new Tapper(way, { cabinet, cell, ask: await WAY[way](place, cabinet, stack) });
  }

  /** Taps until told to stop; ends when the last tap has. */
  async live(isOver: () => boolean): Promise<void> {
    await pause(this.#random() * PAUSE_MS);
    while (!isOver()) {
      const tap: Tap = {
        id: crypto.randomUUID(),
        cell: this.#cell,
        from: Date.now(),
        asked: 1,
        ended: undefined,
      };
      this.taps.push(tap);
      tap.ended = await this.#end(tap);
      await pause(this.#random() * PAUSE_MS);
    }
  }

  async #end(tap: Tap): Promise<Tap["ended"]> {
    while (true) {
      const message = await this.#ask(tap);
      if (message) {
        return { state: message["state"], reason: message["reason"], tookMs: Date.now() - tap.from };
      }
      await pause(AGAIN_MS);
    }
  }
}

/** Posts over its own connection, with a pause between head and body. @returns the whole answer */
export async function postSlowly(
  { url }: Pick<Place, "url">,
  path: string,
  { headers, body, pauseMs }: { headers: Record<string, string>; body: unknown; pauseMs: number },
): Promise<string> {
  const { hostname, port } = new URL(url);
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const write = async (text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
  };
  const text = JSON.stringify(body);
  const all = { host: "127.0.0.1", connection: "close", "content-type": "application/json", ...headers };
  const lines = Object.entries({ ...all, "content-length": text.length }).map((pair) => pair.join(": "));
  await write([`POST ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  await pause(pauseMs);
  await write(text);
  return await new Response(conn.readable).text();
}

/** Prepares each way. */
const WAY: Readonly<
  Record<Way, (place: Place, cabinet: string, stack: AsyncDisposableStack) => Promise<Ask>>
> = {
  async socket(place, cabinet, stack) {
    const cookie = await guestCookie(place, cabinet);
    let page = stack.use(await Page.open(place, cabinet, cookie));
    return async ({ id, cell, from }) => {
      const { promise, resolve } = Promise.withResolvers<Message | undefined>();
      page.heard = (message) => {
        if (message["id"] !== id) return;
        if (message["type"] === "error") resolve(undefined);
        else if (FINAL.has(message["state"])) resolve(message);
      };
      page.send({ type: "open", id, cell, at: from });
      const closed = page.closed.then(() => "closed" as const);
      const ended = await Promise.race([closed, promise]);
      if (ended !== "closed") return ended;
      page = stack.use(await Page.open(place, cabinet, cookie));
      return undefined;
    };
  },
  async talk(place, cabinet) {
    const cookie = await guestCookie(place, cabinet);
    return async ({ id, cell, from }) => {
      const response = await fetch(`${place.url}/talk?cabinet=${cabinet}`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json" },
        body: JSON.stringify({ type: "open", id, cell, at: from }),
      });
      const text = await response.text().catch(() => undefined);
      if (text === undefined || !response.ok) return undefined;
      const last: Message = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
      return FINAL.has(last["state"]) ? last : undefined;
    };
  },
  rest(place, cabinet) {
    return Promise.resolve(async ({ id, cell, from }) => {
      const { status, body } = await api(place, "POST", `/cabinets/${cabinet}/cells/${cell}/open`, {
        headers: { "idempotency-key": id },
        body: { at: new Date(from).toISOString() },
      });
      return status === 200 && FINAL.has(body.state) ? body : undefined;
    });
  },
};

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
