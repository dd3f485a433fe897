import { equal } from "node:assert/strict";
import { counted, number, size, span } from "./amounts.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("size() says bytes in the unit that fits", () => {
  for (
    const [bytes, says] of [
      [0, "0 B"],
      [999, "999 B"],
      [1_000, "1 kB"],
      [1_540_000, "1.5 MB"],
      [38_400_000, "38 MB"],
      [999_900_000, "1,000 MB"],
      [1_500_000_000, "1.5 GB"],
    ] as const
  ) {
    equal(size(bytes), says);
  }
});

pure("span() says a time in the two units that matter", () => {
  for (
    const [seconds, says] of [
      [0, "0 s"],
      [59, "59 s"],
      [60, "1 min"],
      [65, "1 min 5 s"],
      [3_600, "1 h"],
      [3_660, "1 h 1 min"],
      [3_605, "1 h"],
      [273_900, "3 d 4 h"],
    ] as const
  ) {
    equal(span(seconds), says);
  }
});

pure("number() puts marks between thousands", () => {
  equal(number(12_345.67), "12,345.7");
});

pure("counted() groups digits and knows the one", () => {
  equal(counted(0, "events"), "0 events");
  equal(counted(1, "rentals"), "1 rental");
  equal(counted(12_345, "commands"), "12,345 commands");
});
