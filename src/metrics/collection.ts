/**
 * The question to all isolates how they are. What an isolate says of itself by itself is up to a second old, so before
 * the figures are read each isolate notes them anew.
 *
 * The question is a number in the shared memory, which grows with each question; an isolate writes the number beside
 * its figures when it has noted them. So a figure holds from after the question, and nothing waits for an isolate that
 * is gone.
 *
 * @module
 */
import { ISOLATE } from "../lib/limits.ts";
import { ASKED, NOTED, PLACES, slotOf, slotsOf, valueIn, wordOf } from "./layout.ts";

/**
 * Has every isolate note its figures, the supervisor too. Resolves when all have; one that is busy for longer than
 * `ISOLATE.figuresMs` is not waited for, and what it noted last stays.
 */
export async function collect(memory: SharedArrayBuffer): Promise<void> {
  const words = new Int32Array(memory);
  const slots = Array.from({ length: slotsOf(memory) }, (_, slot) => slot).filter((slot) =>
    isUp(memory, slot)
  );
  const asked = askedWord(memory);
  const question = Atomics.add(words, asked, 1) + 1 | 0;
  Atomics.notify(words, asked);
  const { promise: timeUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ISOLATE.figuresMs);
  await Promise.race([timeUp, Promise.all(slots.map((slot) => noted(words, { slot, question })))]);
  clearTimeout(timer);
}

/**
 * Calls back whenever somebody asks, until disposed of. Questions that come while the event loop is busy are one.
 *
 * @param note must not throw
 */
export function whenAsked(
  { memory, slot }: { memory: SharedArrayBuffer; slot: number },
  note: () => void,
): Disposable {
  const words = new Int32Array(memory);
  const [asked, mine] = [askedWord(memory), wordOf(slot, NOTED)];
  let isOver = false;
  const answer = async () => {
    let answered = Atomics.load(words, asked);
    while (!isOver) {
      await Atomics.waitAsync(words, asked, answered).value;
      if (isOver) return;
      answered = Atomics.load(words, asked);
      note();
      Atomics.store(words, mine, answered);
      Atomics.notify(words, mine);
    }
  };
  answer();
  return { [Symbol.dispose]: () => void (isOver = true) };
}

async function noted(
  words: Int32Array<SharedArrayBuffer>,
  { slot, question }: { slot: number; question: number },
): Promise<void> {
  const mine = wordOf(slot, NOTED);
  for (let last = Atomics.load(words, mine); (last - question | 0) < 0; last = Atomics.load(words, mine)) {
    await Atomics.waitAsync(words, mine, last).value;
  }
}

/** Where the question stands: in the last slot, whose isolate is always there. */
function askedWord(memory: SharedArrayBuffer): number {
  return wordOf(slotsOf(memory) - 1, ASKED);
}

function isUp(memory: SharedArrayBuffer, slot: number): boolean {
  return valueIn(slotOf(memory, slot), PLACES.isolate_up.cell) === 1;
}
