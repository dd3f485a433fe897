import { deepEqual, equal } from "node:assert/strict";
import { type UnidentifiedConnection, UnidentifiedConnections } from "./unidentified_connections.ts";

/** Connections by name, and the names of those that were closed. */
function rig({ max, perNetworkMax }: { max: number; perNetworkMax: number }) {
  const connections = new UnidentifiedConnections({ max, perNetworkMax: () => perNetworkMax });
  const closed: string[] = [];
  const known = new Map<string, UnidentifiedConnection>();
  const of = (name: string): UnidentifiedConnection => {
    const connection = known.get(name) ?? {
      network: name.replace(/\d+$/, ""),
      close: () => closed.push(name),
    };
    known.set(name, connection);
    return connection;
  };
  const enter = (...names: string[]) => names.map((name) => connections.enter(of(name)));
  return { connections, closed, of, enter };
}

Deno.test("UnidentifiedConnections closes the oldest of the network that has the most when there is no room", () => {
  const { connections, closed, enter } = rig({ max: 4, perNetworkMax: 4 });
  deepEqual(enter("a1", "a2", "a3", "b1"), [true, true, true, true]);
  deepEqual(enter("c1", "d1"), [true, true]);
  deepEqual(closed, ["a1", "a2"]);
  equal(connections.size, 4);
});

Deno.test("UnidentifiedConnections keeps no other network out when one floods", () => {
  const { connections, closed, of, enter } = rig({ max: 50, perNetworkMax: 50 });
  for (let n = 0; n < 10_000; n++) {
    enter(`flood${n}`);
    if (n % 1_000 === 0) equal(enter(`person${n}`)[0], true);
  }
  equal(connections.size, 50);
  deepEqual(closed.filter((name) => name.startsWith("person")), []);
  for (let n = 0; n < 10_000; n += 1_000) connections.leave(of(`person${n}`));
  equal(connections.size, 40);
});

Deno.test("UnidentifiedConnections closes those of a network that have waited longest, and none that is being answered", () => {
  const { connections, closed, of, enter } = rig({ max: 10, perNetworkMax: 3 });
  enter("a1", "a2", "a3");
  connections.answering(of("a1"));
  deepEqual(enter("a4"), [true]);
  deepEqual(closed, ["a2"]);
  connections.waiting(of("a1"));
  enter("a5", "a6");
  deepEqual(closed, ["a2", "a3", "a4"], "a1 waits since its answer only");
});

Deno.test("UnidentifiedConnections refuses a connection when all of a network are being answered, unless its own has fewer", () => {
  const { connections, closed, of, enter } = rig({ max: 2, perNetworkMax: 2 });
  enter("a1", "a2");
  connections.answering(of("a1"));
  connections.answering(of("a2"));
  deepEqual(enter("a3"), [false]);
  deepEqual(enter("b1"), [true]);
  deepEqual(closed, ["a1"]);
  connections.answering(of("b1"));
  deepEqual(enter("c1"), [false], "two networks with one each have no more than their share");
  connections.waiting(of("a2"));
  deepEqual(enter("c1"), [true]);
  deepEqual(closed, ["a1", "a2"]);
});

Deno.test("UnidentifiedConnections closes one that waits when none that was refused may be closed", () => {
  const { connections, closed, of, enter } = rig({ max: 10, perNetworkMax: 10 });
  enter("a1", "a2");
  connections.answering(of("a1"));
  connections.doubtful(of("a1"));
  equal(connections.giveWay((connection) => connection !== of("a1")), true);
  deepEqual(closed, ["a2"]);
});

Deno.test("UnidentifiedConnections.leave() may be called twice, and for a connection that was never there", () => {
  const { connections, closed, of, enter } = rig({ max: 2, perNetworkMax: 2 });
  connections.leave(of("a1"));
  connections.answering(of("a1"));
  enter("a1", "b1");
  connections.leave(of("a1"));
  connections.leave(of("a1"));
  connections.waiting(of("a1"));
  equal(connections.size, 1);
  deepEqual(enter("c1"), [true]);
  deepEqual(closed, []);
});

Deno.test("UnidentifiedConnections closes refused connections first, however late they were refused", () => {
  const { connections, closed, of, enter } = rig({ max: 3, perNetworkMax: 10 });
  enter("a1", "a2", "a3");
  connections.answering(of("a2"));
  connections.doubtful(of("a2"));
  connections.answering(of("a3"));
  connections.waiting(of("a3"));
  enter("a4", "a5");
  deepEqual(closed, ["a2", "a1"]);
  connections.answering(of("a4"));
  connections.doubtful(of("a4"));
  connections.answering(of("a4"));
  enter("a6");
  deepEqual(closed, ["a2", "a1", "a4"], "that it asks again does not help it");
});
