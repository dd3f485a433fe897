/**
 * IP addresses: one spelling of each, and what counts as one address where something is limited by address.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

/** Where IPv6 has IPv4 in its last 32 bits: mapped (RFC 4291), and translated by NAT64 (RFC 6052). */
const HOLDS_IPV4 = ["0,0,0,0,0,65535", "100,65435,0,0,0,0"];
/** Longest address that is looked at, in characters: IPv6 with IPv4 in it has 45, and a zone may stand behind it. */
const CHARACTERS_MAX = 64;

/** The networks that one subscriber has. */
export interface Subscriber {
  /** An IPv4 address, or an IPv6 /64: inside of it anybody takes as many addresses as there are. */
  readonly network: string;
  /** The IPv6 /56 around it: some subscribers have all of that, elsewhere 256 of them share it. */
  readonly wider: string | undefined;
  /**
   * The blocks of addresses around it, the largest first, for what is dealt out by turns: of IPv6 the /48 that a site has at
   * most (RFC 6177), the /56 and the /64; an IPv4 address alone.
   */
  readonly blocks: readonly [string, ...string[]];
}

/**
 * The address in its one spelling, without a zone: IPv6 in lower case and short (RFC 5952), IPv4 in IPv6 as IPv4.
 *
 * @returns `undefined` for what is no address
 */
export function normalAddress(text: string): string | undefined {
  const [address = ""] = text.slice(0, CHARACTERS_MAX).split("%");
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  return groups && (heldIPv4(groups) ?? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1));
}

/** What counts as one address. What is no address is one of its own. */
export function subscriberAt(address: string): Subscriber {
  const normal = normalAddress(address) ?? address;
  const groups = groupsOf(normal);
  if (!groups) return { network: normal, wider: undefined, blocks: [normal] };
  const [a = 0, b = 0, c = 0, d = 0] = groups;
  const prefix = (last: number) => [a, b, c, last].map((group) => group.toString(16)).join(":");
  const [network, wider] = [`${prefix(d)}::/64`, `${prefix(d & 0xff00)}::/56`];
  return { network, wider, blocks: [`${prefix(0)}::/48`, wider, network] };
}

/** The eight 16-bit groups of an IPv6 address; `undefined`: it is none. */
function groupsOf(address: string): number[] | undefined {
  if (!isIPv6(address)) return undefined;
  // The runtime writes it without dots, and with zeros left out at one place at most.
  const short = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? "";
  const [left = [], right = []] = short.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function heldIPv4(groups: readonly number[]): string | undefined {
  if (!HOLDS_IPV4.includes(groups.slice(0, 6).join())) return undefined;
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join(".");
}
