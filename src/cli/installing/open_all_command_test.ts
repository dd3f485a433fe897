import { deepEqual } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";

const CONFIRMATION = {
  type: "about:blank",
  title: "Conflict",
  status: 409,
  detail: "Look at what would be opened",
  code: "confirmation-needed",
  confirm: "some-confirmation",
  expiresAt: "2025-11-23T07:05:12.000Z",
  cells: [1, 2, 3],
  held: [1],
};
const DONE = { cabinet: "hall", opened: 3, notOpened: 0, cells: [] };

/** Runs the command against a service in which people have these cells once they are opened. */
async function openAll(held: { held?: number[] | undefined }) {
  await using server = fakeService(async (request) => {
    const { confirm } = await request.json();
    return confirm ? Response.json({ ...DONE, ...held }) : Response.json(CONFIRMATION, { status: 409 });
  });
  const io = new TestIo({ OPERATOR_TOKEN: "some-token" });
  io.answer = true;
  const { code, out, err } = await kaigui(
    ["open-all", "hall", "--reason", "fire", "--url", server.url],
    io,
  );
  return { code, out, err, asked: io.asked };
}

Deno.test("open-all names the cells that people were given after it asked", async () => {
  const asked = "Open all 3 cells of hall, of which people have 1?";
  const told = "3 opened, 0 not";
  const given = "given to people meanwhile, and told to open, too: 2, 3";
  deepEqual(await openAll({ held: [1, 2, 3] }), { code: 0, out: `${given}\n${told}`, err: "", asked });
  for (const held of [{ held: [1] }, { held: [] }, {}]) {
    deepEqual(await openAll(held), { code: 0, out: told, err: "", asked });
  }
});
