import { isIPv4, isIPv6 } from "node:net";

/** The first 96 bits of IPv6 addresses that end with an IPv4 address: mapped (RFC 4291), and NAT64's (RFC 6052). */
const HOLDS_IPV4 = ["0,0,0,0,0,65535", "100,65435,0,0,0,0"];
/** Longest address that is looked at, in characters: IPv6 with IPv4 in it has 45, and a zone may follow. */
const CHARACTERS_MAX = 64;

/** The networks that one subscriber has. */
export interface Subscriber {
  /** An IPv4 address, or an IPv6 /64: its owner can use as many addresses in it as there are. */
  readonly network: string;
  /** The IPv6 /56 around it: some subscribers have all of that, elsewhere 256 of them share it. */
  readonly wider: string | undefined;
  /**
   * The blocks of addresses around it, the largest first, for a `FairQueue`: of IPv6 the /48 that a site has at most
   * (RFC 6177), the /56 and the /64; an IPv4 address alone.
   */
  readonly blocks: readonly [string, ...string[]];
}

/**
 * The address in its one spelling, without a zone: IPv6 in lower case and short (RFC 5952), IPv4 in IPv6 as IPv4.
 *
 * @returns `undefined` if the text is not an address
 */
export function normalAddress(text: string): string | undefined {
  const [address = ""] = text.slice(0, CHARACTERS_MAX).split("%");
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  return groups && (heldIPv4(groups) ?? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1));
}

/** The networks of the subscriber that has the address. A text that is not an address counts as an address of its own. */
export function subscriberAt(address: string): Subscriber {
  const normal = normalAddress(address) ?? address;
  const groups = groupsOf(normal);
  if (!groups) return { network: normal, wider: undefined, blocks: [normal] };
  const [a = 0, b = 0, c = 0, d = 0] = groups;
  const prefix = (last: number) => [a, b, c, last].map((group) => group.toString(16)).join(":");
  const [network, wider] = [`${prefix(d)}::/64`, `${prefix(d & 0xff00)}::/56`];
  return { network, wider, blocks: [`${prefix(0)}::/48`, wider, network] };
}

/** The eight 16-bit groups of an IPv6 address; `undefined` if it is not one. */
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
