import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { unseenIn } from "../lib/text/plain_text.ts";
import { kaigui, TestIo } from "../../testing/rigs/cli.ts";
import { tempFolder } from "../../testing/folders.ts";

const TOKEN = { OPERATOR_TOKEN: "some-token" };
/** Turns text around, hides in it, clears the screen by a C1 control, and sets a title. */
const EVIL = "Lobby\u202e\u2066\u200bA\u009b2J\x1b]0;x\x07\ufeff\u061c";
const CELL = { cell: 1, board: 1, channel: 1, size: EVIL, state: EVIL, door: EVIL };
const CABINET = {
  id: "a",
  name: EVIL,
  board: EVIL,
  registration: { text: EVIL },
  heartbeat: { text: EVIL },
  wiring: EVIL,
  addresses: [EVIL],
  tags: [EVIL],
  location: { address: EVIL },
  mode: EVIL,
  link: `https://lockers.example/c/${EVIL}`,
  warnings: [EVIL],
  online: true,
  connectedAt: EVIL,
  lastSeenAt: EVIL,
  cells: [CELL],
};

/** A service that was written to before names were looked at, or is none of ours. */
function service() {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") return Response.json({ title: "No", detail: EVIL }, { status: 422 });
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    return Response.json(pathname.endsWith("/cabinets") ? { items: [CABINET], next: null } : CABINET);
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** That all of it is seen. */
function isPlain(text: string, what: string): void {
  equal(
    unseenIn(text.replaceAll("\n", "").replaceAll("\ufffd", "?")),
    undefined,
    `${what}: ${JSON.stringify(text)}`,
  );
}

Deno.test("no command shows on a terminal what moves its cursor or turns its text around", async () => {
  await using server = service();
  for (
    const args of [
      ["cabinet", "list"],
      ["cabinet", "show", "a"],
      ["cabinet", "list", "--json"],
      ["cabinet", "show", "a", "--json"],
      ["connections"],
      ["connections", "--json"],
      ["cabinet", "remove", "a"],
      ["cabinet", "remove", "a", "--yes"],
      ["cabinet", "add", "a", "--name", "A", "--board", "8a", "--mode", "open"],
      ["cabinet", "add", "a", "--name", "A", "--board", "8a", "--mode", "open", "--replace"],
      ["cabinet", "add", "a", "--board", EVIL, "--name", EVIL, `--${EVIL}`],
    ]
  ) {
    const io = new TestIo(TOKEN, 80);
    io.answer = false;
    const { out, err } = await kaigui([...args, "--url", server.url], io);
    isPlain(out, args.join(" "));
    isPlain(err, args.join(" "));
    isPlain(io.asked ?? "", args.join(" "));
    match(out + err, /Lobby|removed|unknown option|stays/, args.join(" "));
  }
});

Deno.test("--json is the same JSON as the service's, though all that is in it is seen", async () => {
  await using server = service();
  const { out } = await kaigui(["cabinet", "show", "a", "--json", "--url", server.url], new TestIo(TOKEN));
  deepEqual(JSON.parse(out), CABINET);
  match(out, /\\u202e/);
});

Deno.test("a code is drawn in colours all the same, and a screen cleared", async () => {
  await using server = service();
  const { out } = await kaigui(["qr", "a", "--url", server.url], new TestIo(TOKEN, 80));
  // deno-lint-ignore no-control-regex
  match(out, /\x1b\[/);
  doesNotMatch(out.split("\na  ")[0] ?? "", /\ufffd/);
});

Deno.test("a description or a secret in another encoding than UTF-8 is refused by that name", async () => {
  await using server = service();
  await using folder = await tempFolder();
  const file = `${folder.path}/gbk.json`;
  await Deno.writeFile(
    file,
    Uint8Array.from([...new TextEncoder().encode('{"name":"'), 0xb4, 0xf3, 0x22, 0x7d]),
  );
  for (const option of ["--file", "--secret-file"]) {
    const more = option === "--file" ? [] : ["--name", "A", "--board", "kaigui", "--mode", "open"];
    const args = ["cabinet", "add", "a", option, file, ...more, "--url", server.url];
    const { code, err } = await kaigui(args, new TestIo(TOKEN));
    deepEqual([code, err], [1, `error: ${file} is not UTF-8: save it with that encoding`]);
  }
});
