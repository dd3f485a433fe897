import { deepEqual, equal } from "node:assert/strict";
import { PERSON } from "../../lib/limits.ts";
import { CopyLinks } from "./copy_links.ts";

const ANNE = "00000000-0000-4000-8000-00000000000a";

Deno.test("a link to a copy is for its person, for some minutes, and cannot be made elsewhere", () => {
  let now = 1_000_000;
  const links = new CopyLinks({ secret: "ours", wallClock: () => now });
  const link = links.make(ANNE);
  deepEqual(links.read(link), { person: ANNE, since: 1_000_000 });
  equal(new CopyLinks({ secret: "theirs", wallClock: () => now }).read(link), undefined);
  for (const wrong of ["", "x", link.slice(1), `${link}0`, link.replace(/^../, "ff"), link.toUpperCase()]) {
    equal(links.read(wrong), undefined, wrong);
  }
  now += PERSON.copyLinkMs - 1;
  equal(links.read(link)?.person, ANNE);
  now += 1;
  equal(links.read(link), undefined, "too old");
});
