/**
 * How a request reached the service: from which address, to which host, and whether encrypted. Proxies say so in headers that
 * every client can write, so these headers count only where the operator trusts proxies.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { getConnInfo } from "hono/deno";
import { normalAddress } from "../lib/ip_address.ts";

/** How people reach the service. */
export interface Reached {
  /** The URL that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** How many proxies in front add where a request came from. */
  readonly trustedProxies: number;
}

/** What {@linkcode clientOf} finds in a request's context. */
const CLIENT = "client";

/** Lets handlers ask where a request came from. The app puts it before all else. */
export function clientAddress(reached: Reached): MiddlewareHandler {
  return async (c, next) => {
    c.set(CLIENT, new ClientAddress(c, reached));
    await next();
  };
}

/**
 * Where the request came from.
 *
 * @throws {TypeError} if {@linkcode clientAddress} is not before the handler
 */
export function clientOf(c: Context): ClientAddress {
  const client: unknown = c.get(CLIENT);
  if (client instanceof ClientAddress) return client;
  throw new TypeError("clientAddress() is not before this handler");
}

/** Where one request came from, and where it was sent to. */
export class ClientAddress {
  readonly #c: Context;
  readonly #reached: Reached;
  #address: string | undefined;

  constructor(c: Context, reached: Reached) {
    this.#c = c;
    this.#reached = reached;
  }

  /** The network address of the program that is connected: a proxy, where one is in front. */
  get peer(): string {
    const address = getConnInfo(this.#c).remote.address ?? "";
    return normalAddress(address) || address;
  }

  /** The network address that the request came from, see {@linkcode senderOf}. */
  get address(): string {
    const forwardedFor = this.#c.req.header("x-forwarded-for");
    return this.#address ??= senderOf({ peer: () => this.peer, forwardedFor }, this.#reached.trustedProxies);
  }

  /** The host that the request was sent to, with its port where it names one. HTTP/2 has it in the URL alone. */
  get host(): string {
    return this.#c.req.header("host") ?? URL.parse(this.#c.req.url)?.host ?? "";
  }

  /** Whether people's connections are encrypted, so that cookies can be limited to such connections. */
  get isSecure(): boolean {
    const { publicUrl, trustedProxies } = this.#reached;
    if (publicUrl !== undefined) return publicUrl.startsWith("https:");
    if (trustedProxies === 0) return false;
    const schemes = listIn(this.#c.req.header("x-forwarded-proto"));
    // Most proxies pass on what the one before wrote, so the list may be shorter than the chain of proxies.
    return schemes[Math.max(0, schemes.length - trustedProxies)]?.toLowerCase() === "https";
  }

  /** The service's address as people know it, without a slash at its end. */
  get serviceUrl(): string {
    const { publicUrl } = this.#reached;
    const scheme = this.isSecure ? "https" : new URL(this.#c.req.url).protocol.slice(0, -1);
    return publicUrl ?? `${scheme}://${this.host}`;
  }
}

/**
 * The network address that a request came from, in its one spelling: the peer's, or, behind trusted proxies, what the
 * outermost of them wrote into `X-Forwarded-For`. What is before that in the header was written by the client. An entry
 * that is not an address (`unknown`, a name, nothing) counts as the address of the proxy that is connected.
 */
export function senderOf(
  { peer, forwardedFor }: { peer: () => string; forwardedFor: string | undefined },
  trustedProxies: number,
): string {
  const said = trustedProxies > 0 ? listIn(forwardedFor).at(-trustedProxies) : undefined;
  const forwarded = said && normalAddress(withoutPort(said));
  return forwarded || normalAddress(peer()) || peer();
}

function listIn(header: string | undefined): string[] {
  return header?.split(",").map((element) => element.trim()) ?? [];
}

/** The address without the port that some proxies write; IPv6 is then in brackets, and may be in quotes (RFC 7239). */
function withoutPort(element: string): string {
  const bare = element.replace(/^"(.*)"$/, "$1");
  return /^\[(.*)\](?::\d+)?$/.exec(bare)?.[1] ?? /^([^:]*):\d+$/.exec(bare)?.[1] ?? bare;
}
