import { deepEqual } from "node:assert/strict";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { CabinetHints } from "./cabinet_hints.ts";

const asOf = { epoch: 1, count: 1 };

Deno.test({
  name:
    "CabinetHints tells each feed of its cabinets, until it leaves, and when something may have been missed",
  permissions: "none",
  fn() {
    const router = new FaultyRouter();
    const hints = new CabinetHints(router);
    const heard: Record<"one" | "two", string[]> = { one: [], two: [] };
    const feed = (name: "one" | "two") => ({
      hint: (message: Uint8Array) =>
        void heard[name].push(/data: (.*)/.exec(new TextDecoder().decode(message))?.[1] ?? ""),
    });
    using _two = hints.follow(["b"], feed("two"));
    const one = hints.follow(["a", "b"], feed("one"));
    router.publish("a", { type: "online", asOf });
    router.publish("b", { type: "doors", asOf, cells: [{ cell: 3, door: "open", command: "of a person" }] });
    router.publish("b", { type: "cells", cells: [{ cell: 3, state: "held" }] });
    one[Symbol.dispose]();
    router.publish("a", { type: "offline", asOf });
    router.misses();
    const ofDoors = [
      '{"cabinet":"b","cells":[{"cell":3,"door":"open"}]}',
      '{"cabinet":"b","cells":[{"cell":3,"state":"held"}]}',
    ];
    deepEqual(heard, {
      one: ['{"cabinet":"a","online":true}', ...ofDoors],
      two: [...ofDoors, '{"cabinet":"b","changed":true}'],
    });
  },
});
