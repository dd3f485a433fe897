import type { NatsConnection } from "@nats-io/transport-node";
import { NATS } from "../../lib/limits.ts";
import type { Dial } from "./dial.ts";
import { rest } from "../rest.ts";
import { BrokerError } from "../router.ts";

/** What finding another server needs. */
export interface SuccessorOptions {
  readonly dial: Dial;
  /** A subject on which nobody else says anything. */
  readonly probe: string;
  readonly stop: AbortSignal;
  /** Is told why there is none yet. */
  readonly failed: (error: BrokerError) => void;
}

/**
 * Connects to another server while the one that there is says that it leaves. A server that does not hear what is said
 * there is none: it has just started, or belongs to another cluster, and would say of all owners that there are none.
 *
 * @returns `undefined` if the old connection is over before there is one, or it is to stop
 */
export async function successorOf(
  old: NatsConnection,
  { dial, probe, stop, failed }: SuccessorOptions,
): Promise<NatsConnection | undefined> {
  while (!stop.aborted && !old.isClosed()) {
    try {
      const next = await dial(stop);
      if (await knows(next, { old, probe })) return next;
      await next.close();
      failed(
        new BrokerError("The NATS server leaves, and the other one does not know it: are they one cluster?"),
      );
    } catch (cause) {
      failed(new BrokerError("The NATS server leaves, and no other one can be reached", { cause }));
    }
    await rest(NATS.retryMs + Math.random() * NATS.retryJitterMs, stop);
  }
  return undefined;
}

/** Whether what is said to the new server is heard by who is connected to the old one. */
async function knows(
  next: NatsConnection,
  { old, probe }: { old: NatsConnection; probe: string },
): Promise<boolean> {
  // With nobody left there, nobody has to hear it.
  if (old.isClosed()) return true;
  const heard = Promise.withResolvers<boolean>();
  const subscription = old.subscribe(probe, { callback: () => heard.resolve(true) });
  // Said again and again: servers take a moment to tell each other who listens where.
  const saying = setInterval(() => next.publish(probe), NATS.probeMs);
  const tooLong = setTimeout(() => heard.resolve(false), NATS.answerMs);
  try {
    return await Promise.race([
      heard.promise,
      old.closed().then(() => true),
      next.closed().then(() => false),
    ]);
  } finally {
    clearInterval(saying);
    clearTimeout(tooLong);
    subscription.unsubscribe();
  }
}
