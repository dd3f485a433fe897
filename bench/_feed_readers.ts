/**
 * Readers of the feed, each of one cabinet, in a thread of their own: told where, it says when all are live, and at the
 * message `count` how many events each has and how many came out of order or twice.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { FeedReader } from "../testing/feed_reader.ts";

/** Where the readers read, and by which tokens. */
export interface ReadersPlace {
  readonly url: string;
  readonly cabinets: readonly string[];
  readonly tokens: readonly string[];
}

declare const self: DedicatedWorkerGlobalScope;

const readers: FeedReader[] = [];

self.addEventListener("message", async ({ data }: MessageEvent<ReadersPlace | "count" | "close">) => {
  if (data === "count") return self.postMessage(readers.map(counted));
  if (data === "close") {
    await Promise.all(readers.splice(0).map((reader) => reader[Symbol.asyncDispose]()));
    return self.postMessage("closed");
  }
  const { url, cabinets, tokens } = data;
  for (const [index, cabinet] of cabinets.entries()) {
    const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
    readers.push(await FeedReader.live({ url }, `?cabinet=${cabinet}`, { headers }));
  }
  self.postMessage("live");
});

function counted({ events }: FeedReader): { first: number; last: number; wrong: number } {
  const numbers = events.map(({ detail }) => Number(detail));
  const wrong =
    numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1).length;
  return { first: numbers[0] ?? 0, last: numbers.at(-1) ?? 0, wrong };
}
