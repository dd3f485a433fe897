import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { BOARD_NAMES } from "../../boards/mod.ts";
import { Networks } from "../../lib/networks.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { DEFAULT_RULES } from "../../cabinet/rules.ts";
import type { WallLayout } from "../../cabinet/types.ts";
import type { Cabinet, CabinetCell } from "../../locker/mod.ts";
import { cabinetAnswer, warningsOf } from "./cabinet_answer.ts";
import { commandRoutes } from "./commands.ts";
import { withReason } from "./shared/fields.ts";
import { permitRoutes } from "./permits.ts";
import { recordRoutes } from "./records.ts";
import { cabinetBody } from "../../cabinet/description_body.ts";
import { cabinetId, network } from "../../cabinet/words.ts";
import { described } from "../../../testing/rigs/described.ts";

/** Two columns with a screen in the second. */
const WALL: WallLayout = {
  columns: [[{ cell: 1 }, { cell: 2, height: 0.25 }], [{ cell: 4 }, { gap: 1.5 }, { cell: 3, height: 20 }]],
};

/** What goes wrong with a value, as one text; empty: nothing. */
function mistakes(schema: { safeParse(value: unknown): unknown }, value: unknown): string {
  const { error } = schema.safeParse(value) as { error?: { issues: { path: unknown[]; message: string }[] } };
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ") ?? "";
}

const lobby: Cabinet = {
  ...described({ id: "lobby", name: "Lobby 大堂", registration: { hex: "A06671404545" }, mode: "storage" }),
  heartbeat: { text: "PING", echo: true, intervalSeconds: 0.5 },
  localEcho: true,
  wiring: "short-when-open",
  addresses: ["10.1.2.3", "2001:db8::/32"],
  leftOpenSeconds: 60,
  offlineSeconds: null,
  rules: { ...DEFAULT_RULES, rentalsPerPerson: 2, rentalMinutes: 60, remindMinutes: [10], sizes: ["S", "L"] },
  cells: (["free", "held", "disabled", "faulty"] as const).map((state, index): CabinetCell => (
    { cell: index + 1, board: 1, channel: index + 1, size: "L", state }
  )),
  lastSeenAt: Date.UTC(2026, 0, 1),
  describedAt: 0,
  organizationContact: null,
};

Deno.test({
  name: "counted cells go on with the next board after the usual number of channels, or as many as are said",
  permissions: "none",
  fn() {
    const lastOf = (cells: Record<string, unknown>) => {
      const { board, channel } =
        cabinetBody.parse({ name: "H", board: "8a", mode: "open", cells }).cells.at(-1) ?? {};
      return [board, channel];
    };
    deepEqual([lastOf({ count: 24 }), lastOf({ count: 25 })], [[1, 24], [2, 1]]);
    deepEqual([lastOf({ count: 36, perBoard: 36 }), lastOf({ count: 100, perBoard: 50 })], [[1, 36], [
      2,
      50,
    ]]);
    equal(
      mistakes(cabinetBody, { name: "H", board: "8a", mode: "open", cells: { count: 9, perBoard: 0 } }) ===
        "",
      false,
    );
  },
});

Deno.test({
  name: "a cabinet's answer, sent back as it is, describes the same cabinet",
  permissions: "none",
  fn() {
    const offline = { online: false, isSure: true, connectedAt: undefined, doors: new Map() };
    const status = { ...offline, lastSeenAt: lobby.lastSeenAt };
    const bare = { ...lobby, registration: null, heartbeat: null, addresses: null, cells: [] };
    const beats = { ...lobby, heartbeat: { hex: "FE", echo: false } };
    const smart: Cabinet = { ...bare, board: "kaigui", localEcho: false, wiring: "none", offlineSeconds: 1 };
    const helped = { ...lobby, contact: { telephone: "400 123 4567" } };
    const location = { address: "杭州市西湖区文三路 1 号", latitude: 30.27, longitude: 120.15 };
    const placed = { ...lobby, tags: ["hangzhou", "gym"], location };
    for (const cabinet of [lobby, bare, beats, smart, helped, placed, { ...lobby, layout: WALL }]) {
      const sent = JSON.parse(
        JSON.stringify(cabinetAnswer(cabinet, { status, link: "https://k.example/c/lobby" })),
      );
      const { lastSeenAt: _seen, describedAt: _at, id: _id, organization, ...rest } = cabinet;
      const { organizationContact: _contact, ...kept } = rest;
      equal(sent.organization, organization);
      deepEqual(cabinetBody.parse({ ...sent, etag: "x7Kq" }), kept);
    }
  },
});

Deno.test({
  name: "cabinetBody takes a location of which nothing is said for none",
  permissions: "none",
  fn() {
    const locationOf = (location: unknown) =>
      cabinetBody.parse({ name: "x", board: "8a", mode: "open", location }).location;
    for (const none of [{}, null, undefined]) equal(locationOf(none), null);
    deepEqual(locationOf({ address: "Street 1" }), { address: "Street 1" });
  },
});

Deno.test({
  name: "cabinetBody wants to be told who may open what, and says what there is",
  permissions: "none",
  fn() {
    for (const mode of [undefined, null, "", "Open", "everybody"]) {
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode }),
        /^mode: say who may open what: open \(.*storage \(.*assigned \(by permit\)$/,
      );
    }
    for (const mode of ["open", "storage", "assigned"] as const) {
      equal(cabinetBody.parse({ name: "x", board: "8a", mode }).mode, mode);
    }
  },
});

Deno.test({
  name: "warningsOf() tells what is most likely a slip, and nothing of a cabinet that can be used",
  permissions: "none",
  fn() {
    const warned = (change: Partial<Cabinet>) =>
      [...warningsOf({ ...lobby, ...change })].map((text) => text.split(":")[0]);
    deepEqual(warned({}), []);
    deepEqual(warned({ registration: null }), ["registration"]);
    deepEqual(warned({ cells: [] }), ["cells"]);
    deepEqual(warned({ registration: null, cells: [] }), ["registration", "cells"]);
    deepEqual(warned({ board: "kaigui", registration: null }), []);
    const rules = ["rules.rentalsPerPerson", "rules.rentalMinutes", "rules.remindMinutes", "rules.sizes"];
    deepEqual(warned({ mode: "open" }), rules);
    deepEqual(warned({ mode: "assigned" }), rules);
    deepEqual(warned({ rules: { ...lobby.rules, rentalMinutes: null } }), ["rules.remindMinutes"]);
    deepEqual(warned({ rules: { ...lobby.rules, remindMinutes: [60, 59] } }), ["rules.remindMinutes"]);
    deepEqual(warned({ wiring: "none" }), ["leftOpenSeconds"]);
    deepEqual(warned({ wiring: "none", leftOpenSeconds: null }), []);
  },
});

Deno.test({
  name: "warningsOf() tells of a registration that is a number, where the cabinet may connect from anywhere",
  permissions: "none",
  fn() {
    const warned = (said: string | { hex: string }, addresses: string[] | null = null) => {
      const registration = typeof said === "string" ? { text: said } : said;
      return [...warningsOf({ ...lobby, addresses, registration })].map((text) => text.split(":")[0]);
    };
    const hex = (hex: string) => ({ hex });
    const guessable = "registration";
    for (
      const number of [
        "866714045455127",
        "IMEI866714045455127",
        "imei: 866714045455127",
        "89860000000000000000",
        "ICCID:8986000000000000000",
        "13800138000",
        hex("0866714045455127"),
        hex("866714045455127F"),
      ]
    ) {
      deepEqual(warned(number), [guessable], String(number));
      deepEqual(warned(number, ["10.0.0.0/8"]), []);
    }
    for (
      const secret of [
        "IMEI866714045455127-x7Kq",
        "CAB-01",
        "lobby-east",
        hex("A10203040506"),
        hex("A066714045455127"),
      ]
    ) {
      deepEqual(warned(secret), [], String(secret));
    }
  },
});

Deno.test({
  name:
    "warningsOf() tells of a registration that is short, or is the heartbeat, wherever the cabinet connects from",
  permissions: "none",
  fn() {
    const fe = { registration: { hex: "FE" }, heartbeat: { hex: "FE", echo: false } };
    const ping = { registration: { text: "PING-1" }, heartbeat: { text: "PING-1", echo: true } };
    for (const addresses of [null, ["10.0.0.0/8"]]) {
      const warned = (change: Partial<Cabinet>) => [...warningsOf({ ...lobby, addresses, ...change })].join();
      match(warned(fe), /^registration: it is the heartbeat, too,.*,registration: with up to 5 bytes/);
      match(warned(ping), /^registration: it is the heartbeat, too,/);
      for (const registration of [{ hex: "0102030405" }, { text: "CAB-1" }]) {
        match(warned({ registration }), /^registration: with up to 5 bytes/);
      }
      equal(warned({ registration: { text: "CAB-12" } }), "");
      equal(warned({ ...fe, board: "kaigui" }), "");
    }
  },
});

Deno.test({
  name: "cabinetBody fills in the rules that are not given, one by one",
  permissions: "none",
  fn() {
    const rulesOf = (rules: unknown) =>
      cabinetBody.parse({ name: "x", board: "8a", mode: "open", rules }).rules;
    deepEqual(rulesOf(undefined), DEFAULT_RULES);
    deepEqual(rulesOf({ rentalMinutes: 5 }), { ...DEFAULT_RULES, rentalMinutes: 5 });
    for (
      const wrong of [{ graceSeconds: -1 }, { remindMinutes: [0] }, { sizes: [] }, { overdue: "end" }, {
        x: 1,
      }]
    ) {
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", rules: wrong }),
        /^rules/,
        JSON.stringify(wrong),
      );
    }
  },
});

Deno.test({
  name: "cabinetBody fills in when a cabinet raises alarms, and takes that it never does",
  permissions: "none",
  fn() {
    const alarmsOf = (more: Record<string, unknown>) => {
      const body = cabinetBody.parse({ name: "x", board: "8a", mode: "open", ...more });
      return [body.leftOpenSeconds, body.offlineSeconds];
    };
    deepEqual(alarmsOf({}), [300, 60]);
    deepEqual(alarmsOf({ leftOpenSeconds: null, offlineSeconds: 604_800 }), [null, 604_800]);
    deepEqual(alarmsOf({ leftOpenSeconds: 1, offlineSeconds: null }), [1, null]);
  },
});

Deno.test({
  name: "cabinetBody says what is wrong with heartbeats, addresses and alarms, and where",
  permissions: "none",
  fn() {
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ wiring: "short" }, /^wiring: .*none/],
      [{ heartbeat: { hex: "FE", intervalSeconds: 0.09 } }, /^heartbeat\.intervalSeconds: /],
      [{ heartbeat: { text: "x", intervalSeconds: 3_601 } }, /^heartbeat\.intervalSeconds: /],
      [{ heartbeat: { text: "x", intervalSeconds: "30" } }, /^heartbeat/],
      [{ heartbeat: { intervalSeconds: 30 } }, /^heartbeat/],
      [{ addresses: ["10.1.2.3", "10.0.0.0/33"] }, /^addresses\.1: "10\.0\.0\.0\/33" is not an address/],
      [{ addresses: ["the office"] }, /^addresses\.0: "the office" is not an address/],
      [{ addresses: "10.1.2.3" }, /^addresses: /],
      [{ addresses: [] }, /^addresses: /],
      [{ addresses: Array(33).fill("10.1.2.3") }, /^addresses: /],
      [{ leftOpenSeconds: 0 }, /^leftOpenSeconds: /],
      [{ leftOpenSeconds: 604_801 }, /^leftOpenSeconds: /],
      [{ offlineSeconds: 1.5 }, /^offlineSeconds: /],
      [{ offlineSeconds: "never" }, /^offlineSeconds: /],
    ];
    for (const [more, mistake] of wrong) {
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", ...more }),
        mistake,
        JSON.stringify(more),
      );
    }
  },
});

Deno.test({
  name: "cabinetBody takes a telephone, a text or both as contact, and says what a telephone is",
  permissions: "none",
  fn() {
    const said = (contact: unknown) =>
      mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", contact });
    const right = ["400 123 4567", "+86 (0)20 1234-5678", "110", "020-12345678,801", "1".repeat(40)];
    for (const telephone of right) equal(said({ telephone }), "");
    for (const contact of [null, { text: "物业前台，8:00–22:00" }, { telephone: "110", text: "前台" }]) {
      equal(said(contact), "");
    }
    for (const telephone of ["12", "", "call us", "１１０", "110<a>", "+(-),", 110]) {
      match(said({ telephone }), /^contact\.telephone: /, String(telephone));
    }
    match(said({ telephone: "12" }), /a telephone number: 3 digits or more, with spaces and \+ - \( \) ,/);
    match(said({ telephone: "1".repeat(41) }), /^contact\.telephone: /);
    equal(said({}), "contact: give a telephone, a text, or both");
    match(said({ text: "a\u202eb" }), /^contact\.text: has U\+202E/);
    match(said({ text: "x".repeat(61) }), /^contact\.text: /);
    match(said({ text: "a", mail: "a@example.com" }), /^contact: .*mail/);
  },
});

Deno.test({
  name: "cabinetBody names the boards that there are where it knows none of that name",
  permissions: "none",
  fn() {
    const said = mistakes(cabinetBody, { name: "x", board: "9b", mode: "open" });
    for (const name of BOARD_NAMES) match(said, new RegExp(`^board: one of .*\\b${name}\\b`));
  },
});

Deno.test({
  name: "cabinetBody takes a secret of a smart controller, and never repeats a wrong one",
  permissions: "none",
  fn() {
    const cabinet = { name: "x", board: "kaigui", mode: "open" };
    for (const secret of ["!".repeat(16), "~".repeat(128)]) {
      equal(cabinetBody.parse({ ...cabinet, secret }).secret, secret);
    }
    for (const secret of ["s3cr3t", "s3cr3t".repeat(22), "s3cr3t of the smart one", "s3cr3t-mit-Umläuten"]) {
      const said = mistakes(cabinetBody, { ...cabinet, secret });
      match(said, /^secret: 16 to 128 printable ASCII characters, no spaces$/);
      doesNotMatch(said, /s3cr3t/);
    }
  },
});

Deno.test({
  name: "network takes what the device side understands, and nothing else",
  permissions: "none",
  fn() {
    const right = ["0.0.0.0", "10.0.0.0/0", "10.0.0.1/32", "::", "::/0", "::1/128", "1:2:3:4:5:6:7:8"];
    for (const entry of [...right, "::ffff:10.1.2.3", "::ffff:10.1.2.0/120", "2001:DB8::/32"]) {
      equal(network.safeParse(entry).success, true, entry);
      equal(new Networks([entry]).has(entry.split("/")[0] ?? ""), true, entry);
    }
    const wrong = [
      "",
      "10.1.2",
      "10.1.2.256",
      "010.1.2.3",
      "10.1.2.3 ",
      "10.0.0.0/33",
      "10.0.0.0/",
      "::/129",
    ];
    for (const entry of [...wrong, "10.0.0.0/+8", "10.0.0.0/8/8", "[::1]", "fe80::1%eth0", "somewhere"]) {
      equal(network.safeParse(entry).success, false, entry);
    }
  },
});

Deno.test({
  name: "cabinetBody takes a layout with cells by their numbers alone, too, or none",
  permissions: "none",
  fn() {
    const layoutOf = (layout: unknown) => {
      return cabinetBody.parse({ name: "x", board: "8a", mode: "open", cells: { count: 4 }, layout }).layout;
    };
    deepEqual(layoutOf(WALL), WALL);
    deepEqual(layoutOf({ columns: [[1, { cell: 2 }], [], [{ gap: 2 }, 4, 3]] }), {
      columns: [[{ cell: 1 }, { cell: 2 }], [], [{ gap: 2 }, { cell: 4 }, { cell: 3 }]],
    });
    deepEqual([layoutOf(null), layoutOf(undefined)], [null, null]);
  },
});

Deno.test({
  name: "cabinetBody says where in a layout something is wrong",
  permissions: "none",
  fn() {
    const { columnsMax, cellsMax, heightMin, heightMax } = OPERATOR;
    const many = (count: number, of: unknown) => Array.from({ length: count }, () => of);
    const wrong: [unknown, RegExp][] = [
      [{ columns: [[1, 2], [{ cell: 3, height: heightMin - 0.01 }]] }, /^layout\.columns\.1\.0\.height: /],
      [{ columns: [[1, 2, { cell: 3, height: heightMax + 0.01 }]] }, /^layout\.columns\.0\.2\.height: /],
      [{ columns: [[1, 2, 3, { gap: 0 }]] }, /^layout\.columns\.0\.3\.gap: /],
      [{ columns: [[1, 2, 3, { gap: 1, cell: 4 }]] }, /^layout\.columns\.0\.3: /],
      [{ columns: [[1, 2, 3], ["4"]] }, /^layout\.columns\.1\.0: /],
      [{ columns: [[0, 1, 2, 3]] }, /^layout\.columns\.0\.0: /],
      [{ columns: [[1, 2, 3], 4] }, /^layout\.columns\.1: /],
      [{ columns: [] }, /^layout\.columns: /],
      [{ columns: [[1, 2, 3], ...many(columnsMax, [])] }, /^layout\.columns: /],
      [{ columns: [[1, 2, 3], many(cellsMax + 1, { gap: 1 })] }, /^layout\.columns\.1: /],
      [{ columns: [[1, 2, 3]], rows: [] }, /^layout: .*rows/],
      [[[1, 2, 3]], /^layout: /],
      [{ columns: [[1, 2, 3, 4]] }, /^layout\.columns\.0\.3: cell 4 is not there/],
      [{ columns: [[1, 2], [3, 1]] }, /^layout\.columns\.1\.1: cell 1 .*drawn twice$/],
      [{ columns: [[1, 3]] }, /^layout: cell 2 is drawn nowhere$/],
    ];
    for (const [layout, mistake] of wrong) {
      const body = { name: "x", board: "8a", mode: "open", cells: { count: 3 }, layout };
      match(mistakes(cabinetBody, body), mistake, JSON.stringify(layout).slice(0, 100));
    }
  },
});

Deno.test({
  name: "cabinetBody compares fields with each other only where each of them is sound",
  permissions: "none",
  fn() {
    const body = { name: "x", board: "8a", mode: "open", layout: { columns: [[1, 7]] } };
    match(mistakes(cabinetBody, { ...body, cells: { count: 3 } }), /^layout\.columns\.0\.1: cell 7/);
    match(mistakes(cabinetBody, { ...body, cells: { count: 100_000_000 } }), /^cells\.count: [^;]*$/);
    match(mistakes(cabinetBody, { ...body, cells: { count: 3 }, name: "" }), /^name: [^;]*$/);
    match(
      mistakes(cabinetBody, { ...body, registration: { hex: "AA".repeat(200) } }),
      /^registration\.hex: [^;]*$/,
    );
  },
});

Deno.test({
  name: "cabinetBody looks at no more than a cabinet can have, and tells no more mistakes than are read",
  permissions: "none",
  fn() {
    const { placesMax, cellsMax, columnsMax, mistakesMax } = OPERATOR;
    const body = { name: "x", board: "8a", mode: "open", cells: { count: 1 } };
    const filled = (columns: number, rows: number, place: unknown) => ({
      columns: Array.from({ length: columns }, () => Array.from({ length: rows }, () => place)),
    });
    for (const place of [1, "", { gap: 1 }]) {
      const layout = filled(columnsMax, cellsMax, place);
      equal(mistakes(cabinetBody, { ...body, layout }), `layout: more than ${placesMax} doors and gaps`);
    }
    const twice = mistakes(cabinetBody, { ...body, layout: filled(2, cellsMax, 1) }).split("; ");
    deepEqual([twice.length, new Set(twice.map((mistake) => mistake.replace(/^\S+ /, ""))).size], [
      mistakesMax,
      1,
    ]);
    equal(mistakes(cabinetBody, { ...body, cells: Array(100_000).fill("") }).includes("cells"), true);
  },
});

Deno.test({
  name: "free text is refused with what is not seen, and with halves of characters",
  permissions: "none",
  fn() {
    const cells = (size: string) => [{ cell: 1, board: 1, channel: 1, size }];
    for (
      const bad of [
        "a\0b",
        "\u0007",
        "a\nb",
        "a\u009fb",
        "\ud83d",
        "\u202e",
        "\u2066",
        "\u200b",
        "\u061c",
        "\ufffd",
      ]
    ) {
      match(mistakes(withReason, { reason: `x${bad}x` }), /^reason/);
      match(mistakes(cabinetBody, { name: `x${bad}x`, board: "8a", mode: "open" }), /^name/);
      match(mistakes(cabinetBody, { name: "x", board: `8a${bad}` }), /^board/);
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", cells: cells(`x${bad}x`) }),
        /^cells/,
      );
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", rules: { sizes: [`x${bad}x`] } }),
        /^rules.sizes/,
      );
      match(mistakes(permitRoutes.grant.body, { person: `x${bad}x`, cells: "all" }), /^person/);
      match(mistakes(cabinetId, `x${bad}`), /letters/);
    }
    equal(mistakes(withReason, { reason: "Schlüssel verloren 🔑 钥匙丢了 👩‍👧" }), "");
    equal(
      mistakes(cabinetBody, { name: "Lobby\u202eA", board: "8a", mode: "open" }),
      "name: has U+202E, which is invisible or changes how text is shown: leave it out",
    );
    for (const bad of ["\u200b", "\ufeff", "\ufffd", "\ud800"]) {
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", registration: { text: `REG${bad}1` } }),
        /^registration/,
      );
      match(
        mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", heartbeat: { text: `REG${bad}1` } }),
        /^heartbeat/,
      );
    }
    equal(
      mistakes(cabinetBody, { name: "x", board: "8a", mode: "open", registration: { text: "REG\r\n" } }),
      "",
    );
  },
});

Deno.test({
  name: "permitRoutes.grant.body takes cells or all of them, and times with their offset",
  permissions: "none",
  fn() {
    const { from, until } = permitRoutes.grant.body.parse({
      person: "p",
      cells: [1, 2],
      from: "2026-01-01T08:00:00+08:00",
      until: null,
    });
    deepEqual([from, until], [Date.UTC(2026, 0, 1), null]);
    const wrong: [unknown, RegExp][] = [
      [{ person: "p" }, /^cells/],
      [{ person: "p", cells: [] }, /^cells/],
      [{ person: "p", cells: [0] }, /^cells/],
      [{ person: "p", cells: "some" }, /^cells/],
      [{ person: "p", cells: "all", until: "2026-01-01T08:00:00" }, /^until/],
      [{ person: "p", cells: "all", from: "tomorrow" }, /^from/],
      [{ cells: "all" }, /^person/],
    ];
    for (const [body, mistake] of wrong) {
      match(mistakes(permitRoutes.grant.body, body), mistake, JSON.stringify(body));
    }
  },
});

Deno.test({
  name: "queries understand numbers and flags as they come in an address",
  permissions: "none",
  fn() {
    deepEqual(commandRoutes.list.query.parse({ cell: "7", limit: "5" }), { cell: 7, limit: 5 });
    equal(recordRoutes.alarms.query.parse({}).active, false);
    equal(recordRoutes.alarms.query.parse({ active: "true" }).active, true);
    match(mistakes(recordRoutes.alarms.query, { active: "yes" }), /^active/);
    match(mistakes(commandRoutes.list.query, { limit: "201" }), /^limit/);
    match(mistakes(commandRoutes.list.query, { cabinet: "a\0" }), /^cabinet/);
    match(mistakes(commandRoutes.list.query, { colour: "red" }), /colour/);
  },
});
