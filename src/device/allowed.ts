import { BlockList, isIPv6 } from "node:net";

/**
 * Whether somebody at that address may connect where only these addresses and networks (`10.0.0.0/8`, `2001:db8::/32`)
 * may. IPv4 is the same as IPv4 in IPv6 (`::ffff:10.1.2.3`), as a socket that listens for both tells it.
 *
 * @throws {Error} if one of them is neither
 */
export function isAllowed(address: string, addresses: readonly string[]): boolean {
  const allowed = new BlockList();
  for (const entry of addresses) {
    const [network = "", prefix] = entry.split("/");
    if (prefix === undefined) allowed.addAddress(network, kindOf(network));
    else allowed.addSubnet(network, Number(prefix), kindOf(network));
  }
  // Behind the sign stands the interface that it was heard on.
  const [heard = ""] = address.split("%");
  return allowed.check(heard, kindOf(heard));
}

function kindOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
