/**
 * What a request says of its way here: the address that it came from, the host that it was sent to, and whether it was
 * encrypted. Proxies say so in headers that anybody can write, so these count only where an operator trusts proxies.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { getConnInfo } from "hono/deno";
import { normalAddress } from "../lib/ip_address.ts";

/** How people reach the service. */
export interface Reached {
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** How many proxies in front say where a request came from. */
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

  /** The host that the request was sent to, with its port where it says one. HTTP/2 has it in the address alone. */
  get host(): string {
    return this.#c.req.header("host") ?? URL.parse(this.#c.req.url)?.host ?? "";
  }

  /** Whether people's connections are encrypted: so cookies are for such connections only. */
  get isSecure(): boolean {
    const { publicUrl, trustedProxies } = this.#reached;
    if (publicUrl !== undefined) return publicUrl.startsWith("https:");
    if (trustedProxies === 0) return false;
    const schemes = listIn(this.#c.req.header("x-forwarded-proto"));
    // Most proxies pass on what another one wrote, so the list may be shorter than the row of proxies.
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
 * outermost of them wrote into `X-Forwarded-For`. What stands before that is the sender's own word. What is not an
 * address (`unknown`, a name, nothing) counts as the address of the proxy that is connected.
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

/** Some proxies write a port behind the address; IPv6 is then in brackets, and may be in quotes (RFC 7239). */
function withoutPort(element: string): string {
  const bare = element.replace(/^"(.*)"$/, "$1");
  return /^\[(.*)\](?::\d+)?$/.exec(bare)?.[1] ?? /^([^:]*):\d+$/.exec(bare)?.[1] ?? bare;
}
