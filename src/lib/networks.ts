import { BlockList, isIP } from "node:net";
import { normalAddress } from "./ip_address.ts";

/**
 * Addresses (`10.1.2.3`) and networks (`10.0.0.0/8`, `2001:db8::/32`) as a setting lists them. IPv4 is the
 * same as IPv4 in IPv6: `::ffff:10.1.2.3`, as a socket that listens for both has it, and `64:ff9b::10.1.2.3` of NAT64.
 */
export class Networks {
  readonly #list = new BlockList();

  /** @throws {TypeError} if an entry is neither an address nor a network */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  /** Whether the address is listed, or is in a listed network. */
  has(address: string): boolean {
    // Also as it was given: the network of a NAT64 itself may be listed.
    const spellings = [address, normalAddress(address) ?? address];
    return spellings.some((spelling) => this.#list.check(spelling, kindOf(spelling)));
  }

  #add(entry: string): void {
    const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    if (isIP(address) === 0) throw wrong(entry);
    try {
      if (prefix === undefined) this.#list.addAddress(address, kindOf(address));
      else this.#list.addSubnet(address, Number(prefix), kindOf(address));
    } catch (cause) {
      throw wrong(entry, { cause });
    }
  }
}

function wrong(entry: string, options?: ErrorOptions): TypeError {
  return new TypeError(
    `"${entry}" is neither an address such as 10.1.2.3 nor a network such as 10.0.0.0/8`,
    options,
  );
}

function kindOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
