import { equal } from "node:assert/strict";
import { networkOf } from "./network.ts";

Deno.test("networkOf() takes an IPv4 address as it is, also where IPv6 carries it", () => {
  equal(networkOf("203.0.113.9"), "203.0.113.9");
  equal(networkOf("::ffff:203.0.113.9"), "203.0.113.9");
});

Deno.test("networkOf() takes all addresses of an IPv6 /64 for one", () => {
  equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  equal(networkOf("2001:db8:1:2::6"), "2001:db8:1:2::/64");
  equal(networkOf("2001:db8::6"), "2001:db8:0:0::/64");
  equal(networkOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  equal(networkOf("::1"), "0:0:0:0::/64");
});
