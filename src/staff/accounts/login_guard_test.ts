import { deepEqual } from "node:assert/strict";
import { LOG_IN } from "../../lib/limits.ts";
import { LoginGuard } from "./login_guard.ts";

Deno.test({
  name:
    "LoginGuard.enter() has the first try of an address hashed apart from the later ones, until it has been quiet",
  permissions: "none",
  fn() {
    let now = 0;
    const guard = new LoginGuard({
      refused: () => {},
      alarm: () => {},
      now: () => now,
      wallClock: () => now,
    });
    const kindOf = (address: string, isKnown = false) => {
      using place = guard.enter({ login: "anna@example.com", address, isKnown });
      return place?.origin.join();
    };
    deepEqual([
      kindOf("203.0.113.9"),
      kindOf("203.0.113.9"),
      kindOf("203.0.113.10"),
      kindOf("192.0.2.1", true),
    ], [
      "first,203.0.113.9",
      "stranger,203.0.113.9",
      "first,203.0.113.10",
      "known,192.0.2.1",
    ]);
    now = 2_000 / LOG_IN.triesOfAddress.perSecond;
    deepEqual(kindOf("203.0.113.9"), "first,203.0.113.9");
    deepEqual(kindOf("2001:db8::1"), "first,2001:db8:0:0::/48,2001:db8:0:0::/56,2001:db8:0:0::/64");
    deepEqual(kindOf("2001:db8::2"), "stranger,2001:db8:0:0::/48,2001:db8:0:0::/56,2001:db8:0:0::/64");
  },
});
