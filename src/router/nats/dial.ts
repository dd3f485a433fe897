import { NATS } from "../../lib/limits.ts";
import type { ConnectionOptions, NatsConnection } from "@nats-io/transport-node";
import { credsAuthenticator, NatsConnectionImpl, setTransportFactory } from "@nats-io/transport-node";
import { DenoTransport } from "./transport.ts";
import { BrokerError } from "../router.ts";

const DEFAULT_PORT = 4_222;

/** The addresses of the servers, and the credentials for them. */
export interface NatsAccess {
  /** `nats://…` or `tls://…`, with `user:password@` or `token@` where a server wants them; several with commas. */
  readonly url: string;
  /** Content of a credentials file, as `nsc` makes it. */
  readonly credentials: string | undefined;
  /** Certificates of the authority that signed the servers'; unset: those that the system trusts. */
  readonly authority: string | undefined;
  /** The name by which servers list the connection. */
  readonly name: string;
}

/** Connects once, unless aborted before. */
export type Dial = (stop: AbortSignal) => Promise<NatsConnection>;

interface ServerAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Makes a function that connects to any of the servers.
 *
 * The client's own reconnecting is off: it would keep what is published meanwhile (measured: for as long as a server
 * takes to accept it) and send it then, and an old command must never be sent. So what a broken connection has not sent
 * is lost with it.
 *
 * @throws {TypeError} if a URL is not valid
 */
export function createDial({ url, credentials, authority, name }: NatsAccess): Dial {
  const urls = url.split(",").map(urlOf);
  const servers = urls.map(serverOf);
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
  return (stop) => dialAny(servers, { options, stop });
}

/** @throws {BrokerError} if no server answers, with the last one's reason */
async function dialAny(
  servers: readonly ServerAddress[],
  { options, stop }: { options: ConnectionOptions; stop: AbortSignal },
): Promise<NatsConnection> {
  let failure: unknown;
  for (const { hostname, port } of servers.toSorted(() => Math.random() - 0.5)) {
    const server = `${hostname}:${port}`;
    stop.throwIfAborted();
    try {
      // The client has one factory for all connections, and other code may have set its own.
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

/** The error does not repeat the text, which may hold a password. */
function urlOf(text: string): URL {
  const url = URL.parse(text.trim());
  if (!url?.hostname) throw new TypeError("The URL of NATS is not valid");
  return url;
}

function serverOf({ hostname, port }: URL): ServerAddress {
  return { hostname, port: port === "" ? DEFAULT_PORT : Number(port) };
}

/** The client itself ignores that part of a URL. */
function loginOf(urls: readonly URL[]): { user: string; pass: string } | { token: string } | undefined {
  const url = urls.find(({ username }) => username !== "");
  if (!url) return undefined;
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return pass === "" ? { token: user } : { user, pass };
}
