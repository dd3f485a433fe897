import { deepEqual, equal } from "node:assert/strict";
import type { OwnedEvent } from "../../db/queries/feed/feed.ts";
import { FEED } from "../../lib/limits.ts";
import type { Caller } from "../../staff/mod.ts";
import { until } from "../../../testing/until.ts";
import { EventBatch } from "./event_batch.ts";
import type { Follower } from "./event_tail.ts";
import { Feed, type FeedOptions } from "./feed.ts";
import { eventMessage, greeting } from "./messages.ts";
import { Wanted } from "./wanted.ts";

const CALLER: Caller = {
  who: "token:one",
  kind: "token",
  organization: "main",
  role: "owner",
  tags: undefined,
  account: undefined,
  session: undefined,
  confirm: () => Promise.resolve(),
};

/** Events of two cabinets, with a long detail, of which each second one is another organization's. */
function event(seq: number): OwnedEvent {
  const organization = seq % 2 === 0 ? "other" : "main";
  const about = { cabinet: "cab", cell: 1, person: null, rental: null, command: null, alarm: null };
  const id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
  return { ...about, seq, id, organization, at: 1, kind: "stored", detail: "x".repeat(500) };
}

/** All events up to a number, and who follows them. Nothing is kept for who is behind. */
class Journal {
  position = 0;
  readonly followers = new Set<Follower>();

  recent(after: number): EventBatch[] | undefined {
    return after < this.position ? undefined : [];
  }

  follow(follower: Follower): void {
    this.followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.followers.delete(follower);
  }

  /** As many more events are written, and told to the followers. */
  write(count: number, { isEnough = true } = {}): void {
    const batch = this.read(this.position, { limit: count, upTo: this.position + count, isEnough });
    this.position = batch.position;
    for (const follower of this.followers) follower.take(batch);
  }

  read(after: number, { limit = 10, upTo = this.position, isEnough = true } = {}): EventBatch {
    const to = Math.min(upTo, after + limit);
    const events = Array.from({ length: to - after }, (_, index) => event(after + 1 + index));
    const context = { serves: () => isEnough, tags: new Map(), nameOf: () => null };
    return new EventBatch({ events, position: to }, context);
  }
}

function feedOf(journal: Journal, more: Partial<FeedOptions> = {}) {
  const state = { untaken: 0, ended: 0 };
  const feed = new Feed({
    caller: CALLER,
    wanted: new Wanted(CALLER, { cabinets: [], anyTag: [] }),
    after: 0,
    isReset: false,
    tail: journal,
    read: (after) => Promise.resolve(journal.read(after)),
    untakenBytes: () => state.untaken,
    ended: () => state.ended++,
    failed: (error) => {
      throw error;
    },
    ...more,
  });
  feed.start();
  return { feed, state, reader: feed.stream.getReader() };
}

/** Reads until messages said all of that, in that order. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, order: readonly string[]) {
  let text = "";
  for (const wanted of order) {
    while (!text.includes(wanted)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The feed ended before it said ${wanted}`);
      text += new TextDecoder().decode(value);
    }
    text = text.slice(text.indexOf(wanted) + wanted.length);
  }
}

/** Reads until that many events came. @returns their numbers, and all as text */
async function read(reader: ReadableStreamDefaultReader<Uint8Array>, count: number) {
  let text = "";
  const seqs = () => [...text.matchAll(/^event: event\nid: (\d+)$/gm)].map(([, seq]) => Number(seq));
  while (seqs().length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  return { seqs: seqs(), text };
}

const odd = (count: number) => Array.from({ length: count }, (_, index) => 2 * index + 1);

Deno.test("Feed tells what was missed, then that it is live, then what happens", async () => {
  const journal = new Journal();
  journal.write(40);
  const { feed, reader } = feedOf(journal);
  await until(() => journal.followers.has(feed));
  journal.write(20);
  const { seqs, text } = await read(reader, 30);
  deepEqual(seqs, odd(30));
  const order = text.split("\n\n").map((block) => /^(?:retry|event: \w+)/.exec(block)?.[0]);
  deepEqual(order.filter((kind, index) => kind !== order[index - 1]), [
    "retry",
    "event: event",
    "event: live",
    "event: event",
    undefined,
  ]);
  equal(feed.position, 60);
});

Deno.test("Feed goes on from the journal where its reader was behind, and keeps no more than its limit", async () => {
  const journal = new Journal();
  const { feed, state, reader } = feedOf(journal);
  await until(() => journal.followers.has(feed));
  const count = 4 * Math.ceil(FEED.bufferedBytesMax / 500);
  journal.write(count);
  equal(journal.followers.has(feed), false);
  // Nothing is read, and what happens meanwhile is not kept.
  state.untaken = FEED.bufferedBytesMax;
  journal.write(count);
  state.untaken = 0;
  deepEqual((await read(reader, count)).seqs, odd(count));
  await until(() => journal.followers.has(feed));
});

Deno.test("Feed reads itself what was read for others without what it needs", async () => {
  const journal = new Journal();
  const { feed, reader } = feedOf(journal);
  await until(() => journal.followers.has(feed));
  journal.write(10, { isEnough: false });
  equal(journal.followers.has(feed), false);
  deepEqual((await read(reader, 5)).seqs, odd(5));
  await until(() => journal.followers.has(feed));
});

Deno.test("Feed leaves time for others while it looks through many events that are not told", async () => {
  const journal = new Journal();
  journal.position = 1_000;
  let reads = 0;
  const { feed } = feedOf(journal, {
    after: 0,
    read: (after) => {
      reads++;
      return Promise.resolve(journal.read(after));
    },
  });
  await new Promise<void>((resolve) => setTimeout(() => resolve(), 0));
  equal(reads < 100, true);
  feed.end("stopping");
  // Its pause is over, too.
  await new Promise<void>((resolve) => setTimeout(() => resolve(), FEED.batchGapMs));
});

Deno.test("Feed says that a cabinet has to be read anew where it could not tell what changed", async () => {
  const journal = new Journal();
  const wanted = new Wanted(CALLER, { cabinets: ["cab"], anyTag: [] });
  const { feed, reader } = feedOf(journal, { wanted });
  await until(() => journal.followers.has(feed));
  const count = 4 * Math.ceil(FEED.bufferedBytesMax / 500);
  journal.write(count);
  feed.hint(new TextEncoder().encode("event: cabinet\ndata: lost\n\n".padEnd(FEED.bufferedBytesMax)));
  const { text } = await read(reader, count / 2);
  const { value } = text.includes('"changed":true') ? { value: new Uint8Array() } : await reader.read();
  equal((text + new TextDecoder().decode(value)).includes('data: {"cabinet":"cab","changed":true}'), true);
});

Deno.test("Feed tells hints again once its reader has room, also where no event came meanwhile", async () => {
  const journal = new Journal();
  const wanted = new Wanted(CALLER, { cabinets: ["cab"], anyTag: [] });
  const { feed, state, reader } = feedOf(journal, { wanted });
  await until(() => journal.followers.has(feed));
  state.untaken = FEED.bufferedBytesMax;
  feed.hint(new TextEncoder().encode("event: cabinet\ndata: lost\n\n"));
  equal(journal.followers.has(feed), false);
  state.untaken = 0;
  await until(() => journal.followers.has(feed));
  feed.hint(new TextEncoder().encode("event: cabinet\ndata: told\n\n"));
  await readUntil(reader, ["event: live", 'data: {"cabinet":"cab","changed":true}', "data: told"]);
});

Deno.test("Feed says what changed and that it is live later, where what it missed leaves no room for that", async () => {
  const empty = eventMessage({ event: { ...event(1), detail: "" }, name: null }, CALLER);
  const detail = "x".repeat(FEED.bufferedBytesMax - greeting().length - empty.length - 10);
  const context = { serves: () => true, tags: new Map(), nameOf: () => null };
  const filling = new EventBatch({ events: [{ ...event(1), detail }], position: 1 }, context);
  for (const cabinets of [[], ["cab"]]) {
    let hasRead = false;
    const { feed, reader } = feedOf(new Journal(), {
      wanted: new Wanted(CALLER, { cabinets, anyTag: [] }),
      tail: {
        recent: (after) => hasRead ? [filling].slice(after) : undefined,
        follow: () => {},
        unfollow: () => {},
      },
      read: async () => {
        await until(() => true);
        if (cabinets.length > 0) feed.hint(new Uint8Array(FEED.bufferedBytesMax + 1));
        hasRead = true;
        return new EventBatch({ events: [], position: 0 }, context);
      },
    });
    const changed = cabinets.map((cabinet) => `data: {"cabinet":"${cabinet}","changed":true}`);
    await readUntil(reader, ["event: event", ...changed, "event: live"]);
    feed.end("stopping");
  }
});

Deno.test("Feed ends once, with the reason, and takes nothing more", async () => {
  const journal = new Journal();
  const { feed, state, reader } = feedOf(journal);
  feed.end("rights");
  feed.end("stopping");
  journal.write(10);
  feed.beat();
  const { text } = await read(reader, 1);
  equal(text, 'event: end\ndata: {"reason":"rights"}\n\n');
  equal(state.ended, 1);
  equal(journal.followers.size, 0);
});

Deno.test("Feed is over where the journal cannot be read", async () => {
  const journal = new Journal();
  journal.write(10);
  const failures: unknown[] = [];
  const { state, reader } = feedOf(journal, {
    read: () => Promise.reject(new Error("away")),
    failed: (error) => void failures.push(error),
  });
  const { text } = await read(reader, 1);
  equal(text, 'retry: 2000\n\nevent: end\ndata: {"reason":"failed"}\n\n');
  equal(state.ended, 1);
  equal(failures.length, 1);
});
