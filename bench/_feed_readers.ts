/**
 * Readers of the feed, each of one cabinet, in a thread of their own. Told where, they read from now on, or go on where they
 * were, and it says when all are live; at the message `count` it says how many events came, up to which number each reader
 * has them, and how many came out of order, twice or not at all.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { FEED } from "../src/lib/limits.ts";
import { FeedReader } from "../testing/feed_reader.ts";
import { pause } from "./_taps.ts";

/** Where the readers read, and by which tokens. */
export interface ReadersPlace {
  readonly url: string;
  readonly cabinets: readonly string[];
  readonly tokens: readonly string[];
}

/** What the readers have. */
export interface ReadersCount {
  readonly events: number;
  /** The number of the last event that all of them have. */
  readonly least: number;
  /** Events that came out of order or twice, or after a gap. */
  readonly wrong: number;
  /** How often a feed was refused for the time being. */
  readonly refusals: number;
}

declare const self: DedicatedWorkerGlobalScope;

/** What each reader read, one connection after the other. */
const read: FeedReader[][] = [];
let refusals = 0;

self.addEventListener("message", async ({ data }: MessageEvent<ReadersPlace | "count" | "close">) => {
  if (data === "count") return self.postMessage(count());
  if (data === "close") {
    await Promise.all(read.splice(0).flat().map((reader) => reader[Symbol.asyncDispose]()));
    return self.postMessage("closed");
  }
  const { url, cabinets, tokens } = data;
  // All at once, as after a restart.
  await Promise.all(cabinets.map(async (cabinet, index) => {
    const connections = read[index] ??= [];
    const last = connections.at(-1);
    // All that came before the connection broke is read.
    await last?.ended;
    const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
    const options = { headers, lastId: last?.lastId };
    connections.push(await opened(() => FeedReader.live({ url }, `?cabinet=${cabinet}`, options)));
  }));
  self.postMessage("live");
});

/** Opens a feed as browsers do: again where the service has no time for it. */
async function opened(open: () => Promise<FeedReader>): Promise<FeedReader> {
  while (true) {
    try {
      return await open();
    } catch (error) {
      if (!`${error}`.includes("answered 503")) throw error;
      refusals++;
      await pause(FEED.reconnectMs);
    }
  }
}

function count(): ReadersCount {
  const all = read.map(numbersOf);
  const wrong = all.map((numbers) =>
    numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1).length
  );
  return {
    refusals,
    events: all.reduce((sum, { length }) => sum + length, 0),
    least: Math.min(...all.map((numbers) => numbers.at(-1) ?? 0)),
    wrong: wrong.reduce((sum, one) => sum + one, 0),
  };
}

/** The numbers of the writer's events: there are alarms, too. */
function numbersOf(connections: readonly FeedReader[]): number[] {
  return connections.flatMap(({ events }) =>
    events.filter(({ kind }) => kind === "door-opened").map(({ detail }) => Number(detail))
  );
}
