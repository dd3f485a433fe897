import { deepEqual, equal } from "node:assert/strict";
import { normalAddress, subscriberAt } from "./ip_address.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("normalAddress() writes each address in one way", () => {
  const same: [string, ...string[]][] = [
    [
      "203.0.113.9",
      "::ffff:203.0.113.9",
      "::FFFF:cb00:7109",
      "0:0:0:0:0:ffff:203.0.113.9",
      "64:ff9b::cb00:7109",
    ],
    ["2001:db8::1", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8:0::0:1"],
    ["::", "0:0:0:0:0:0:0:0", "0::0"],
    ["fe80::1", "fe80::1%eth0", "FE80:0::1%1"],
    ["1:2:3:4:5:6:7:8", "0001:2:3:4:5:6:7:8"],
    ["::cb00:7109", "::203.0.113.9"],
    ["1:0:0:2::3", "1:0:0:2:0:0:0:3"],
  ];
  for (const [normal, ...others] of same) {
    for (const text of [normal, ...others]) equal(normalAddress(text), normal, text);
  }
});

pure("normalAddress() answers undefined for what is not an address", () => {
  const odd = [
    "",
    "unknown",
    "_hidden",
    "203.0.113",
    "203.0.113.256",
    "010.0.0.1",
    "0x7f.1",
    "2130706433",
    "1::2::3",
  ];
  for (
    const text of [...odd, "203.0.113.9:80", "[::1]", "::1 ", "1:2:3:4:5:6:7:8:9", "g::1", ":".repeat(1_000)]
  ) {
    equal(normalAddress(text), undefined, text);
  }
});

pure("subscriberAt() counts an IPv4 address alone, and an IPv6 address by its /64 and its /56", () => {
  const [network, wider] = ["2001:db8:1:23ff::/64", "2001:db8:1:2300::/56"];
  const one = { network, wider, blocks: ["2001:db8:1:0::/48", wider, network] };
  for (
    const address of ["2001:db8:1:23ff::1", "2001:DB8:1:23FF:ffff:ffff:ffff:ffff", "2001:db8:1:23ff::%eth0"]
  ) {
    deepEqual(subscriberAt(address), one, address);
  }
  deepEqual(subscriberAt("2001:db8:1:2400::1").wider, "2001:db8:1:2400::/56");
  deepEqual(subscriberAt("::1").network, "0:0:0:0::/64");
  for (const [address, network] of [["::ffff:203.0.113.9", "203.0.113.9"], ["unknown", "unknown"]] as const) {
    deepEqual(subscriberAt(address), { network, wider: undefined, blocks: [network] });
  }
});
