/**
 * Getting a connection to a NATS server, once.
 *
 * @module
 */
import { NATS } from "../../lib/limits.ts";
import type { ConnectionOptions, NatsConnection } from "@nats-io/transport-node";
import { credsAuthenticator, NatsConnectionImpl, setTransportFactory } from "@nats-io/transport-node";
import { DenoTransport } from "./transport.ts";
import { BrokerError } from "../router.ts";

const DEFAULT_PORT = 4_222;

/** Where servers are and how to be let in. */
export interface Access {
  /** `nats://…` or `tls://…`, with `user:password@` or `token@` where it wants them; several with commas. */
  readonly url: string;
  /** What is in a file of credentials, as `nsc` makes it. */
  readonly credentials: string | undefined;
  /** Certificates of who vouches for the servers; unset: those that the system knows. */
  readonly authority: string | undefined;
  /** By what name servers list the connection. */
  readonly name: string;
}

/** Connects, unless it is to stop before that. */
export type Dial = (stop: AbortSignal) => Promise<NatsConnection>;

interface ServerAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Makes what connects to any of the servers.
 *
 * The client does not connect again by itself: it keeps what is published meanwhile (measured: for as long as a server
 * takes to let it in) and sends it then, and an old command must never be sent. What a connection was given goes with
 * it.
 *
 * @throws {TypeError} if a URL cannot be read
 */
export function dialing({ url, credentials, authority, name }: Access): Dial {
  const urls = url.split(",").map(urlOf);
  const places = urls.map(placeOf);
  const isTls = authority !== undefined || urls.some(({ protocol }) => protocol === "tls:");
  const options: ConnectionOptions = {
    ...loginOf(urls),
    ...(credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
    ...(isTls ? { tls: authority === undefined ? {} : { ca: authority } } : {}),
    name,
    reconnect: false,
    timeout: NATS.answerMs,
    pingInterval: NATS.pingMs,
    maxPingOut: NATS.pingsOutMax,
  };
  return (stop) => dialAny(places, { options, stop });
}

/** @throws {BrokerError} if none answers, with what the last one said */
async function dialAny(
  places: readonly ServerAddress[],
  { options, stop }: { options: ConnectionOptions; stop: AbortSignal },
): Promise<NatsConnection> {
  let failure: unknown;
  for (const { hostname, port } of places.toSorted(() => Math.random() - 0.5)) {
    const server = `${hostname}:${port}`;
    stop.throwIfAborted();
    try {
      // The client keeps this for all who connect, and may have been told of another one.
      setTransportFactory({ factory: () => new DenoTransport() });
      return await NatsConnectionImpl.connect({ ...options, servers: server });
    } catch (cause) {
      failure = new BrokerError(`Cannot connect to NATS at ${server}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
  throw failure;
}

/** Does not repeat the text: it may hold a password. */
function urlOf(text: string): URL {
  const url = URL.parse(text.trim());
  if (!url?.hostname) throw new TypeError("The URL of NATS cannot be read");
  return url;
}

function placeOf({ hostname, port }: URL): ServerAddress {
  return { hostname, port: port === "" ? DEFAULT_PORT : Number(port) };
}

/** The client itself does not look at that part of a URL. */
function loginOf(urls: readonly URL[]): { user: string; pass: string } | { token: string } | undefined {
  const url = urls.find(({ username }) => username !== "");
  if (!url) return undefined;
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return pass === "" ? { token: user } : { user, pass };
}
