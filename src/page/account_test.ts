import assert from "node:assert/strict";
import { FakeClock, rentalOf } from "../../testing/rigs/page.ts";
import { dailyRenewal } from "./account.ts";
import { renewEveryMs } from "./times.ts";

Deno.test("dailyRenewal() renews once a day, and only while there is a rental", () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const renew = dailyRenewal({
    clock,
    fetch: (url) => {
      asked.push(url);
      return Promise.reject(new TypeError("Failed to fetch"));
    },
  });
  const holding = { rentals: [rentalOf("r")] };
  renew(holding);
  assert.deepEqual(asked, [], "the page was loaded just now");
  clock.pass(renewEveryMs);
  renew({ rentals: [] });
  assert.deepEqual(asked, []);
  renew(holding);
  renew(holding);
  assert.deepEqual(asked, ["/me/renew"]);
  clock.pass(renewEveryMs);
  renew(holding);
  assert.equal(asked.length, 2);
});
