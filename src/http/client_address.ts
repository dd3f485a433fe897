/**
 * What a request says of its way here: the address that it came from, the host that it was sent to, and whether it was
 * encrypted. Proxies say so in headers that anybody can write, so these count only where an operator trusts proxies.
 *
 * @module
 */
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import { normalAddress } from "../lib/ip_address.ts";

/** How people reach the service. */
export interface Reached {
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** How many proxies in front say where a request came from. */
  readonly trustedProxies: number;
}

/**
 * The network address that a request came from, in its one spelling: the peer's, or, behind trusted proxies, what the
 * outermost of them wrote into `X-Forwarded-For`. What stands before that is the sender's own word. What is no address
 * (`unknown`, a name, nothing) counts as the address of the proxy that is connected.
 */
export function addressOf(c: Context, trustedProxies: number): string {
  const peer = () => getConnInfo(c).remote.address ?? "";
  return senderOf({ peer, forwardedFor: c.req.header("x-forwarded-for") }, trustedProxies);
}

/** The same, of the peer's address and the header. */
export function senderOf(
  { peer, forwardedFor }: { peer: () => string; forwardedFor: string | undefined },
  trustedProxies: number,
): string {
  const said = trustedProxies > 0 ? listIn(forwardedFor).at(-trustedProxies) : undefined;
  const forwarded = said && normalAddress(withoutPort(said));
  return forwarded || normalAddress(peer()) || peer();
}

/** The host that a request was sent to, with its port where it says one. HTTP/2 has it in the address alone. */
export function hostOf(c: Context): string {
  return c.req.header("host") ?? URL.parse(c.req.url)?.host ?? "";
}

/** Whether people's connections are encrypted: so cookies are for such connections only. */
export function isSecure(c: Context, { publicUrl, trustedProxies }: Reached): boolean {
  if (publicUrl !== undefined) return publicUrl.startsWith("https:");
  if (trustedProxies === 0) return false;
  const schemes = listIn(c.req.header("x-forwarded-proto"));
  // Most proxies pass on what another one wrote, so the list may be shorter than the row of proxies.
  return schemes[Math.max(0, schemes.length - trustedProxies)]?.toLowerCase() === "https";
}

function listIn(header: string | undefined): string[] {
  return header?.split(",").map((element) => element.trim()) ?? [];
}

/** Some proxies write a port behind the address; IPv6 is then in brackets, and may be in quotes (RFC 7239). */
function withoutPort(element: string): string {
  const bare = element.replace(/^"(.*)"$/, "$1");
  return /^\[(.*)\](?::\d+)?$/.exec(bare)?.[1] ?? /^([^:]*):\d+$/.exec(bare)?.[1] ?? bare;
}
