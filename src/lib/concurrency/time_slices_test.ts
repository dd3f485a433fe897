import { deepEqual, equal } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { TimeSlices } from "./time_slices.ts";

const SLICE_MS = 4;

/** Work of a millisecond of a clock of its own, and what is done, with the waits for sockets in between. */
function rig(pieces: number) {
  let now = 0;
  let left = pieces;
  let immediates = 0;
  /** How many pieces were done without a wait. */
  const slices: number[] = [];
  const piece = () => {
    now++;
    immediates++;
    setTimeout(() => {
      if (immediates > 0) slices.push(immediates);
      immediates = 0;
    });
  };
  const all = new TimeSlices({
    take: () => left-- > 0 ? piece : undefined,
    sliceMs: SLICE_MS,
    now: () => now,
  });
  return { all, slices, left: () => left };
}

Deno.test("TimeSlices do one piece after the other, and wait for sockets after each slice of time", async () => {
  const { all, slices, left } = rig(20);
  all.wake();
  equal(all.isBusy, true);
  await until(() => !all.isBusy);
  await until(() => slices.reduce((sum, count) => sum + count, 0) === 20, { saw: () => slices });
  equal(left() < 0, true);
  deepEqual(slices.every((count) => count <= SLICE_MS + 1), true, String(slices));
});

Deno.test("TimeSlices do nothing more once they are over", async () => {
  const { all, left } = rig(20);
  all.wake();
  all[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 5));
  all.wake();
  equal(left(), 19);
});
