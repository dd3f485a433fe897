import assert from "node:assert/strict";
import { FakeClock, rentalOf } from "../../testing/rigs/page.ts";
import { dailyRenewal } from "./account.ts";
import { renewEveryMs } from "./times.ts";

Deno.test("renewing() asks once a day, and only while there is a rental", () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const look = dailyRenewal({
    clock,
    fetch: (url) => {
      asked.push(url);
      return Promise.reject(new TypeError("Failed to fetch"));
    },
  });
  const holding = { rentals: [rentalOf("r")] };
  look(holding);
  assert.deepEqual(asked, [], "the page was loaded just now");
  clock.pass(renewEveryMs);
  look({ rentals: [] });
  assert.deepEqual(asked, []);
  look(holding);
  look(holding);
  assert.deepEqual(asked, ["/me/renew"]);
  clock.pass(renewEveryMs);
  look(holding);
  assert.equal(asked.length, 2);
});
