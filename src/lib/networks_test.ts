import { equal, throws } from "node:assert/strict";
import { Networks } from "./networks.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("Networks.has() goes by single addresses", () => {
  const list = ["10.1.2.3", "2001:db8::7"];
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "::ffff:a01:203", "2001:DB8:0::7"]) {
    equal(new Networks(list).has(address), true, address);
  }
  for (const address of ["10.1.2.4", "::ffff:10.1.2.4", "2001:db8::8", "::10.1.2.3"]) {
    equal(new Networks(list).has(address), false, address);
  }
});

pure("Networks.has() goes by networks, whatever stands behind the prefix", () => {
  const list = ["10.1.0.9/16", "192.168.7.128/25", "2001:db8:1::5/48"];
  for (const address of ["10.1.255.255", "::ffff:10.1.0.1", "192.168.7.128", "2001:db8:1:ffff::1"]) {
    equal(new Networks(list).has(address), true, address);
  }
  for (const address of ["10.2.0.0", "192.168.7.127", "2001:db8:2::1", "::1"]) {
    equal(new Networks(list).has(address), false, address);
  }
});

pure("Networks.has() keeps all of IPv4 and all of IPv6 apart", () => {
  equal(new Networks(["0.0.0.0/0"]).has("203.0.113.9"), true);
  equal(new Networks(["0.0.0.0/0"]).has("2001:db8::1"), false);
  equal(new Networks(["::/0"]).has("2001:db8::1"), true);
  equal(new Networks(["::/0"]).has("203.0.113.9"), false);
});

pure("Networks.has() passes over the interface of a local address", () => {
  equal(new Networks(["fe80::/10"]).has("fe80::1%eth0"), true);
  equal(new Networks(["fe80::2"]).has("fe80::1%eth0"), false);
});

pure("Networks.has() knows an IPv4 address behind NAT64, and the network of a NAT64", () => {
  for (const entry of ["203.0.113.9", "203.0.113.0/24", "64:ff9b::/96"]) {
    equal(new Networks([entry]).has("64:ff9b::cb00:7109"), true, entry);
  }
  equal(new Networks(["203.0.113.9"]).has("64:ff9b::cb00:7209"), false);
  equal(new Networks(["64:ff9b::/96"]).has("203.0.113.9"), false);
});

pure("Networks.has() is false for everything when it is empty, and for what is not an address", () => {
  equal(new Networks([]).has("10.1.2.3"), false);
  for (const address of ["", "somewhere", "10.1.2.3:8282", "[::1]"]) {
    equal(new Networks(["0.0.0.0/0", "::/0"]).has(address), false, address);
  }
});

pure("new Networks() refuses what is neither an address nor a network, and names it", () => {
  for (
    const entry of [
      "",
      "somewhere",
      "10.1.2",
      "10.0.0.0/",
      "10.0.0.0/33",
      "10.0.0.0/8/8",
      "10.0.0.0/-1",
      "::/129",
      "fe80::1%eth0",
      "10.0.0.0 ",
    ]
  ) {
    throws(() => new Networks(["127.0.0.1", entry]), (error) => {
      equal(error instanceof TypeError, true, String(error));
      return String(error).includes(`"${entry}" is neither an address`);
    }, entry);
  }
});
