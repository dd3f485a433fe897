/**
 * Has all isolates update their metrics before these are read, since what an isolate writes by itself is up to a second
 * old.
 *
 * A request is a number in the shared memory that grows with each request. An isolate writes this number beside its
 * values when it has updated them. So a value is newer than the request, and no one waits for an isolate that is gone.
 *
 * @module
 */
import { withTimeout } from "../lib/concurrency/timeout.ts";
import { ISOLATE } from "../lib/limits.ts";
import { COLLECT_ANSWER, COLLECT_REQUEST, SLOT_LAYOUT, slotOf, slotsOf, valueIn, wordOf } from "./layout.ts";

/**
 * Has every isolate and the supervisor update their metrics. Resolves when all have, or after `ISOLATE.figuresMs`: then
 * the last values of a busy isolate stay.
 */
export async function collect(memory: SharedArrayBuffer): Promise<void> {
  const words = new Int32Array(memory);
  const slots = Array.from({ length: slotsOf(memory) }, (_, slot) => slot).filter((slot) =>
    isUp(memory, slot)
  );
  const asked = requestWord(memory);
  const request = Atomics.add(words, asked, 1) + 1 | 0;
  Atomics.notify(words, asked);
  const allUpdated = Promise.all(slots.map((slot) => updated(words, { slot, request })));
  await withTimeout(allUpdated, { ms: ISOLATE.figuresMs, fallback: () => {} });
}

/**
 * Calls `update` at each request until disposed of. Requests that come while the event loop is busy count as one.
 *
 * @param update must not throw
 */
export function onCollect(
  { memory, slot }: { memory: SharedArrayBuffer; slot: number },
  update: () => void,
): Disposable {
  const words = new Int32Array(memory);
  const [asked, mine] = [requestWord(memory), wordOf(slot, COLLECT_ANSWER)];
  let isOver = false;
  const answer = async () => {
    let answered = Atomics.load(words, asked);
    while (!isOver) {
      await Atomics.waitAsync(words, asked, answered).value;
      if (isOver) return;
      answered = Atomics.load(words, asked);
      update();
      Atomics.store(words, mine, answered);
      Atomics.notify(words, mine);
    }
  };
  answer();
  return { [Symbol.dispose]: () => void (isOver = true) };
}

async function updated(
  words: Int32Array<SharedArrayBuffer>,
  { slot, request }: { slot: number; request: number },
): Promise<void> {
  const mine = wordOf(slot, COLLECT_ANSWER);
  for (let last = Atomics.load(words, mine); (last - request | 0) < 0; last = Atomics.load(words, mine)) {
    await Atomics.waitAsync(words, mine, last).value;
  }
}

/** The word with the request's number, in the supervisor's slot. */
function requestWord(memory: SharedArrayBuffer): number {
  return wordOf(slotsOf(memory) - 1, COLLECT_REQUEST);
}

function isUp(memory: SharedArrayBuffer, slot: number): boolean {
  return valueIn(slotOf(memory, slot), SLOT_LAYOUT.isolate_up.cell) === 1;
}
