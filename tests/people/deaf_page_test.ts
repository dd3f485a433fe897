/**
 * A page that does not read: it is dropped, and nobody else notices.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { DeafPage } from "../../testing/deaf_page.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

/** A greeting of a cabinet as large as that has some 45 KiB. */
const CELLS = Array.from({ length: 768 }, (_, index) => ({
  cell: index + 1,
  board: 1 + Math.floor(index / 24),
  channel: 1 + index % 24,
}));
/** More than the system keeps for a peer that does not read. */
const CHANGES_MAX = 400;

Deno.test("a page that does not read is dropped, and the others go on", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  await putCabinet(program, "cab", { cells: CELLS });
  const cookie = await guestCookie(program, "cab");
  await using reader = await Page.open(program, "cab", cookie);
  await using _deaf = await DeafPage.open(program, "cab", await guestCookie(program, "cab"));
  await until(async () => await openSockets(program) === 2);
  let changes = 0;
  while (await openSockets(program) === 2) {
    changes++;
    ok(changes <= CHANGES_MAX, `the deaf page is still there after ${changes} greetings`);
    await putCabinet(program, "cab", { cells: CELLS, name: `Lobby ${changes}` });
    await reader.until(({ type, cabinet }) => type === "welcome" && cabinet.name === `Lobby ${changes}`);
    reader.messages.length = 0;
  }
  equal(await openSockets(program), 1);
  await putCabinet(program, "cab", { cells: CELLS, name: "Afterwards" });
  await reader.until(({ type, cabinet }) => type === "welcome" && cabinet.name === "Afterwards");
});

async function openSockets(program: Program): Promise<number> {
  return (await api(program, "GET", "/status")).body.totals.people;
}
