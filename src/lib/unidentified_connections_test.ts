import { deepEqual, equal } from "node:assert/strict";
import { type UnidentifiedConnection, UnidentifiedConnections } from "./unidentified_connections.ts";

/** Connections by name, and who was closed. */
function rig({ max, perNetworkMax }: { max: number; perNetworkMax: number }) {
  const newcomers = new UnidentifiedConnections({ max, perNetworkMax: () => perNetworkMax });
  const closed: string[] = [];
  const known = new Map<string, UnidentifiedConnection>();
  const of = (name: string): UnidentifiedConnection => {
    const newcomer = known.get(name) ?? {
      network: name.replace(/\d+$/, ""),
      close: () => closed.push(name),
    };
    known.set(name, newcomer);
    return newcomer;
  };
  const enter = (...names: string[]) => names.map((name) => newcomers.enter(of(name)));
  return { newcomers, closed, of, enter };
}

Deno.test("Newcomers lets the network that has the most give way, its oldest first", () => {
  const { newcomers, closed, enter } = rig({ max: 4, perNetworkMax: 4 });
  deepEqual(enter("a1", "a2", "a3", "b1"), [true, true, true, true]);
  deepEqual(enter("c1", "d1"), [true, true]);
  deepEqual(closed, ["a1", "a2"]);
  equal(newcomers.size, 4);
});

Deno.test("Newcomers keeps nobody out for a network that floods", () => {
  const { newcomers, closed, of, enter } = rig({ max: 50, perNetworkMax: 50 });
  for (let n = 0; n < 10_000; n++) {
    enter(`flood${n}`);
    if (n % 1_000 === 0) equal(enter(`person${n}`)[0], true);
  }
  equal(newcomers.size, 50);
  deepEqual(closed.filter((name) => name.startsWith("person")), []);
  for (let n = 0; n < 10_000; n += 1_000) newcomers.leave(of(`person${n}`));
  equal(newcomers.size, 40);
});

Deno.test("Newcomers closes whoever has waited longest within a network, and nobody who is answered", () => {
  const { newcomers, closed, of, enter } = rig({ max: 10, perNetworkMax: 3 });
  enter("a1", "a2", "a3");
  newcomers.answering(of("a1"));
  deepEqual(enter("a4"), [true]);
  deepEqual(closed, ["a2"]);
  newcomers.waiting(of("a1"));
  enter("a5", "a6");
  deepEqual(closed, ["a2", "a3", "a4"], "a1 waits since its answer only");
});

Deno.test("Newcomers refuses where all of a network are answered, unless another network has fewer", () => {
  const { newcomers, closed, of, enter } = rig({ max: 2, perNetworkMax: 2 });
  enter("a1", "a2");
  newcomers.answering(of("a1"));
  newcomers.answering(of("a2"));
  deepEqual(enter("a3"), [false]);
  deepEqual(enter("b1"), [true]);
  deepEqual(closed, ["a1"]);
  newcomers.answering(of("b1"));
  deepEqual(enter("c1"), [false], "two networks with one each have no more than their share");
  newcomers.waiting(of("a2"));
  deepEqual(enter("c1"), [true]);
  deepEqual(closed, ["a1", "a2"]);
});

Deno.test("Newcomers closes one that waits where none that was not granted its request may be closed", () => {
  const { newcomers, closed, of, enter } = rig({ max: 10, perNetworkMax: 10 });
  enter("a1", "a2");
  newcomers.answering(of("a1"));
  newcomers.doubtful(of("a1"));
  equal(newcomers.giveWay((newcomer) => newcomer !== of("a1")), true);
  deepEqual(closed, ["a2"]);
});

Deno.test("Newcomers forgets who leaves, who leaves twice, and who was never there", () => {
  const { newcomers, closed, of, enter } = rig({ max: 2, perNetworkMax: 2 });
  newcomers.leave(of("a1"));
  newcomers.answering(of("a1"));
  enter("a1", "b1");
  newcomers.leave(of("a1"));
  newcomers.leave(of("a1"));
  newcomers.waiting(of("a1"));
  equal(newcomers.size, 1);
  deepEqual(enter("c1"), [true]);
  deepEqual(closed, []);
});

Deno.test("Newcomers closes first whose request was not granted, however late that was", () => {
  const { newcomers, closed, of, enter } = rig({ max: 3, perNetworkMax: 10 });
  enter("a1", "a2", "a3");
  newcomers.answering(of("a2"));
  newcomers.doubtful(of("a2"));
  newcomers.answering(of("a3"));
  newcomers.waiting(of("a3"));
  enter("a4", "a5");
  deepEqual(closed, ["a2", "a1"]);
  newcomers.answering(of("a4"));
  newcomers.doubtful(of("a4"));
  newcomers.answering(of("a4"));
  enter("a6");
  deepEqual(closed, ["a2", "a1", "a4"], "that it asks again does not help it");
});
