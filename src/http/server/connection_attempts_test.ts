import { equal, ok } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { ConnectionAttempts } from "./connection_attempts.ts";

/** Watches over a listener, and counts how often it is told that nothing is accepted. */
function rig({ accepts }: { accepts: boolean }) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = listener.addr as Deno.NetAddr;
  let accepted = 0;
  let stuck = 0;
  const accept = async () => {
    for await (const conn of listener) {
      accepted++;
      conn.close();
    }
  };
  const accepting = accepts ? accept() : Promise.resolve(listener.close());
  const attempts = new ConnectionAttempts({
    everyMs: 20,
    address,
    isolates: 1,
    accepted: () => accepted,
    stuck: () => void stuck++,
  });
  return {
    accepted: () => accepted,
    stuck: () => stuck,
    async [Symbol.asyncDispose]() {
      attempts[Symbol.dispose]();
      if (accepts) listener.close();
      await accepting;
    },
  };
}

Deno.test("ConnectionAttempts connects where no peer does, and is content when that is accepted", async () => {
  await using quiet = rig({ accepts: true });
  await until(() => quiet.accepted() >= 10, { saw: quiet.accepted });
  equal(quiet.stuck(), 0);
});

Deno.test("ConnectionAttempts tells again and again that nothing is accepted", async () => {
  await using deaf = rig({ accepts: false });
  await until(() => deaf.stuck() >= 2, { saw: deaf.stuck });
  ok(deaf.accepted() === 0);
});
