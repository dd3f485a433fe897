import { equal } from "node:assert/strict";
import { isAllowed } from "./allowed.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("isAllowed() goes by single addresses", () => {
  const list = ["10.1.2.3", "2001:db8::7"];
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "::ffff:a01:203", "2001:DB8:0::7"]) {
    equal(isAllowed(address, list), true, address);
  }
  for (const address of ["10.1.2.4", "::ffff:10.1.2.4", "2001:db8::8", "::10.1.2.3"]) {
    equal(isAllowed(address, list), false, address);
  }
});

pure("isAllowed() goes by networks, whatever stands behind the prefix", () => {
  const list = ["10.1.0.9/16", "192.168.7.128/25", "2001:db8:1::5/48"];
  for (const address of ["10.1.255.255", "::ffff:10.1.0.1", "192.168.7.128", "2001:db8:1:ffff::1"]) {
    equal(isAllowed(address, list), true, address);
  }
  for (const address of ["10.2.0.0", "192.168.7.127", "2001:db8:2::1", "::1"]) {
    equal(isAllowed(address, list), false, address);
  }
});

pure("isAllowed() keeps all of IPv4 and all of IPv6 apart", () => {
  equal(isAllowed("203.0.113.9", ["0.0.0.0/0"]), true);
  equal(isAllowed("2001:db8::1", ["0.0.0.0/0"]), false);
  equal(isAllowed("2001:db8::1", ["::/0"]), true);
  equal(isAllowed("203.0.113.9", ["::/0"]), false);
});

pure("isAllowed() passes over the interface of a local address", () => {
  equal(isAllowed("fe80::1%eth0", ["fe80::/10"]), true);
  equal(isAllowed("fe80::1%eth0", ["fe80::2"]), false);
});

pure("isAllowed() lets nobody in where nothing is allowed, or what is no address", () => {
  equal(isAllowed("10.1.2.3", []), false);
  for (const address of ["", "somewhere", "10.1.2.3:8282", "[::1]"]) {
    equal(isAllowed(address, ["0.0.0.0/0", "::/0"]), false, address);
  }
});
