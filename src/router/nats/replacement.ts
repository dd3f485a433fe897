import type { NatsConnection } from "@nats-io/transport-node";
import { delay } from "../../lib/concurrency/delay.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { NATS } from "../../lib/limits.ts";
import type { Dial } from "./dial.ts";
import { BrokerError } from "../router.ts";

/** What {@linkcode connectReplacement} needs. */
export interface ReplacementOptions {
  readonly dial: Dial;
  /** A subject on which only this isolate publishes. */
  readonly probe: string;
  readonly stop: AbortSignal;
  /** Is told why there is no other server yet. */
  readonly failed: (error: BrokerError) => void;
}

/**
 * Connects to another server while the present one announces that it leaves (NATS' lame duck mode). A server from which
 * no message reaches the present one does not count: it has just started, or belongs to another cluster, and would
 * answer every request that there is no owner.
 *
 * @returns `undefined` if the old connection closed before another server was found, or after `stop`
 */
export async function connectReplacement(
  old: NatsConnection,
  { dial, probe, stop, failed }: ReplacementOptions,
): Promise<NatsConnection | undefined> {
  while (!stop.aborted && !old.isClosed()) {
    try {
      const next = await dial(stop);
      if (await reaches(next, { old, probe })) return next;
      await next.close();
      failed(
        new BrokerError("The NATS server leaves, and the other one does not know it: are they one cluster?"),
      );
    } catch (cause) {
      failed(new BrokerError("The NATS server leaves, and no other one can be reached", { cause }));
    }
    await delay(NATS.retryMs + Math.random() * NATS.retryJitterMs, { signal: stop });
  }
  return undefined;
}

/** Whether a message that is published at the new server arrives over the old connection. */
async function reaches(
  next: NatsConnection,
  { old, probe }: { old: NatsConnection; probe: string },
): Promise<boolean> {
  // When the old server has closed, no client is left there to be reached.
  if (old.isClosed()) return true;
  const arrived = Promise.withResolvers<boolean>();
  const subscription = old.subscribe(probe, { callback: () => arrived.resolve(true) });
  // Published repeatedly: servers take a moment to exchange their subscriptions.
  const publishing = setInterval(() => next.publish(probe), NATS.probeMs);
  const closed = [old.closed().then(() => true), next.closed().then(() => false)];
  try {
    return await withTimeout(Promise.race([arrived.promise, ...closed]), {
      ms: NATS.answerMs,
      fallback: () => false,
    });
  } finally {
    clearInterval(publishing);
    subscription.unsubscribe();
  }
}
