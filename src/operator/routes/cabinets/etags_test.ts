import { doesNotMatch, equal, match, notEqual } from "node:assert/strict";
import { described } from "../../../../testing/rigs/described.ts";
import { type Cabinet, versionOf } from "../../../locker/mod.ts";
import { CabinetEtags } from "./etags.ts";

const cabinet: Cabinet = {
  ...described({ registration: { text: "IMEI1-secret" } }),
  cells: [],
  lastSeenAt: undefined,
  describedAt: 1,
  organizationContact: null,
};

Deno.test({
  name: "CabinetEtags makes tags that only who knows the secret can make",
  permissions: "none",
  fn() {
    const [one, same, other] = ["a", "a", "b"].map((secret) => new CabinetEtags(secret).of(cabinet));
    match(String(one), /^"[\w-]{22}"$/);
    equal(one, same, "in each program of a fleet");
    notEqual(one, other);
    doesNotMatch(String(one), new RegExp(versionOf(cabinet)));
    const changed: Cabinet = { ...cabinet, registration: { text: "IMEI2-secret" } };
    notEqual(new CabinetEtags("a").of(changed), one);
  },
});
