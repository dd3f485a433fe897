/**
 * The example mini program without a service: its files fit together, and its links, texts and ids are right.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { XMLValidator } from "fast-xml-parser";
import type { ErrorCode } from "../../src/protocol/messages.ts";
import { Phone } from "../../testing/miniprogram/phone.ts";
import { MiniProgram, type Shown } from "../../testing/miniprogram/sandbox.ts";
import type { Reason, RentalEnd } from "../../src/cabinet/kinds.ts";

const ROOT = new URL("../../examples/miniprogram/", import.meta.url);
const SERVICE = "https://kaigui.example.com";
const PAGES = ["pages/index/index", "pages/cabinet/cabinet"];

/** All reasons that a tap can end with. A missing one does not compile. */
const REASONS = Object.keys(
  {
    offline: 0,
    busy: 0,
    expired: 0,
    forbidden: 0,
    disabled: 0,
    unsupported: 0,
    stopping: 0,
    unavailable: 0,
    full: 0,
    limit: 0,
    over: 0,
    overdue: 0,
    "wrong-code": 0,
    blocked: 0,
    "did-not-open": 0,
    "no-reply": 0,
    "not-seen": 0,
    "link-lost": 0,
    restarted: 0,
    "not-json": 0,
    "bad-message": 0,
    "too-big": 0,
    "too-fast": 0,
    "unknown-cell": 0,
    conflict: 0,
    "bad-number": 0,
  } satisfies Record<Reason | ErrorCode, 0>,
);
/** The reasons with the same text as others of their state. */
const SAID_BY_STATE = ["did-not-open", "not-json", "bad-message", "too-big"];

function opened(options: Partial<ConstructorParameters<typeof Phone>[0]> = {}) {
  const phone = new Phone({ login: () => "code", ...options });
  return { phone, program: new MiniProgram(phone, SERVICE) };
}

/** A function that one of the example's files exports, loosely typed. */
// deno-lint-ignore no-explicit-any
function from(path: string, name: string): (...args: any[]) => any {
  // deno-lint-ignore no-explicit-any
  return opened().program.require(path)[name] as any;
}

Deno.test("a page's WXML is well-formed, and its bindings and texts exist in both languages", async () => {
  for (const page of PAGES) {
    const wxml = await Deno.readTextFile(new URL(`${page}.wxml`, ROOT));
    equal(XMLValidator.validate(`<page>${wxml}</page>`, { allowBooleanAttributes: true }), true);
    for (const language of ["zh_CN", "en"]) {
      const { data, ...handlers } = opened({ language }).program.define(page);
      for (const [, name = ""] of wxml.matchAll(/bind\w+="(\w+)"/g)) {
        equal(typeof handlers[name], "function", name);
      }
      for (const [, name = ""] of wxml.matchAll(/texts\.(\w+)/g)) {
        equal(typeof data.texts[name], "string", name);
      }
    }
  }
});

Deno.test("reduce() shows rentals that ended before the welcome only if they can be kept", () => {
  const [begin, reduce] = [from("lib/model.js", "begin"), from("lib/model.js", "reduce")];
  const rental = (rental: string, more: Record<string, unknown>) => ({
    rental,
    cell: 1,
    since: rental,
    ...more,
  });
  const held = rental("a", { state: "held" });
  const givenBack = rental("b", { state: "ended", reason: "retrieved", graceMs: 30_000 });
  const others = [
    rental("c", { state: "ended", reason: "picked-up", graceMs: 30_000 }),
    rental("d", { state: "ended", reason: "picked-up", picked: true, graceMs: 30_000 }),
  ];
  const { rentals } = reduce(begin(), { type: "welcome", rentals: [held, givenBack, ...others] });
  deepEqual(rentals, [held, givenBack]);
});

Deno.test("viewOf() offers no cell at the person's limit, and drops the refusal when the limit is gone", () => {
  const [begin, reduce] = [from("lib/model.js", "begin"), from("lib/model.js", "reduce")];
  const texts = opened({ language: "en" }).program.require("lib/texts_en.js")["en"] as unknown as Record<
    string,
    string
  >;
  const viewOf = from("lib/view.js", "viewOf");
  const cells = [{ cell: 1, size: "M", state: "held", door: "closed" }, {
    cell: 2,
    size: "M",
    state: "free",
    door: "closed",
  }];
  const cabinet = { id: "c", name: "C", mode: "storage", online: true, sizes: ["M"], cells };
  const held = { type: "rental", rental: "r", cell: 1, since: "2026-01-05T06:00:00.000Z", state: "held" };
  const welcome = { type: "welcome", cabinet, rentals: [held], rentalsMax: { all: 1 } };
  const tap = {
    id: "t",
    request: { type: "store" },
    step: "ended",
    result: { state: "refused", reason: "limit" },
  };
  const state = { ...reduce(begin(), welcome), tap };
  const [size] = viewOf(state, { texts, nowMs: 0 }).sizes;
  deepEqual([size.isFull, size.left], [true, texts["atLimit"]]);
  const below = reduce(state, { ...held, state: "ended", reason: "retrieved" });
  equal(below.tap, undefined);
  deepEqual(viewOf(below, { texts, nowMs: 0 }).sizes[0].isFull, false);
});

Deno.test("every page that app.json names has its four files", async () => {
  const { pages } = JSON.parse(await Deno.readTextFile(new URL("app.json", ROOT)));
  deepEqual(pages, PAGES);
  for (const page of PAGES) {
    for (const kind of ["js", "json", "wxml", "wxss"]) {
      ok((await Deno.stat(new URL(`${page}.${kind}`, ROOT))).isFile);
    }
  }
});

Deno.test("both languages have the same texts", () => {
  const keys = (texts: Shown): unknown =>
    Object.entries(texts).map(([key, text]) => typeof text === "string" ? key : [key, keys(text)]);
  const { program } = opened();
  const { zh } = program.require("lib/texts_zh.js") as Shown;
  const { en } = program.require("lib/texts_en.js") as Shown;
  deepEqual(keys(zh), keys(en));
});

Deno.test("every end of a tap has a text, and every reason one of its own", () => {
  const { zh } = opened().program.require("lib/texts_zh.js") as Shown;
  const untold = REASONS.filter((reason) => zh.reasons[reason] === undefined);
  deepEqual(untold, SAID_BY_STATE);
  const viewOf = from("lib/view.js", "viewOf");
  const begin = from("lib/model.js", "begin");
  for (const state of ["opened", "accepted", "failed", "unconfirmed", "refused"]) {
    for (const cell of [7, null, undefined]) {
      const tap = { request: { type: "store" }, step: "ended", result: { state, cell } };
      const { news } = viewOf({ ...begin(), tap }, { texts: zh, nowMs: 0 });
      match(news.text, /^[^{}]+$/);
      match(news.tone, /^(good|careful|bad)$/);
    }
  }
});

Deno.test("every end of a rental has a text", () => {
  for (const path of ["lib/texts_zh.js", "lib/texts_en.js"]) {
    const [texts] = Object.values(opened().program.require(path)) as Shown[];
    const reasons: Exclude<RentalEnd, "retrieved">[] = ["picked-up", "operator", "moved"];
    for (const reason of reasons) equal(typeof texts?.["over"][reason], "string");
  }
});

Deno.test("while another person collects nothing is offered, and a person with a code only takes out", () => {
  const viewOf = from("lib/view.js", "viewOf");
  const begin = from("lib/model.js", "begin");
  const { en } = opened().program.require("lib/texts_en.js") as Shown;
  const cabinet = { name: "A", mode: "storage", online: true, cells: [], sizes: [] };
  const can = (rental: Shown) => {
    const held = { rental: "r", cell: 1, state: "held", since: "2026-01-05T06:00:00.000Z", ...rental };
    const state = { ...begin(), link: "live", cabinet, rentals: [held] };
    const [shown] = viewOf(state, { texts: en, nowMs: 0 }).rentals;
    return ["canTake", "canCollect", "canKeep", "canReopen"].filter((name) => shown[name]);
  };
  deepEqual(can({}), ["canTake"]);
  deepEqual(can({ collecting: true }), []);
  deepEqual(can({ state: "returning", collecting: true }), []);
  deepEqual(can({ state: "returning" }), ["canKeep", "canReopen"]);
  deepEqual(can({ state: "ended", reason: "retrieved" }), ["canKeep", "canReopen"]);
  deepEqual(can({ picked: true }), ["canCollect", "canReopen"]);
  deepEqual(can({ picked: true, state: "returning" }), ["canReopen"]);
});

Deno.test("a sticker's link leads to its cabinet, and other links to none", () => {
  const cabinetOf = from("lib/link.js", "cabinetOf");
  for (const link of ["/c/cab-1", "/c/cab-1/", "/c/cab-1?from=poster", "/c/cab%2D1#top"]) {
    equal(cabinetOf(SERVICE + link, SERVICE), "cab-1");
  }
  equal(cabinetOf("HTTPS://Kaigui.Example.com/c/cab-1", SERVICE), "cab-1");
  const foreign = [
    "https://kaigui.example.com.evil.test/c/cab-1",
    "https://kaigui.example.com@evil.test/c/cab-1",
    "http://kaigui.example.com/c/cab-1",
    `${SERVICE}/c/`,
    `${SERVICE}/c/a/b`,
    `${SERVICE}/c/%`,
    `${SERVICE}/d/cab-1`,
    "cab-1",
    "",
    undefined,
  ];
  for (const link of foreign) equal(cabinetOf(link, SERVICE), undefined, String(link));
});

Deno.test("the index page opens the scanned cabinet, from its own scanner and from WeChat's", () => {
  const seen = [`${SERVICE}/c/cab-1`, "https://elsewhere.example/c/cab-1", undefined];
  const { phone, program } = opened({ scan: () => seen.shift() });
  const page = program.open("pages/index/index");
  const scan = page["scan"] as () => void;
  scan.call(page);
  deepEqual(phone.log, ["navigateTo /pages/cabinet/cabinet?cabinet=cab-1"]);
  scan.call(page);
  equal(page.data["notice"], page.data["texts"].notOurs);
  scan.call(page);
  equal(page.data["notice"], "", "a cancelled scan shows nothing");
  program.open("pages/index/index", { q: encodeURIComponent(`${SERVICE}/c/cab-2`), scancode_time: "1" });
  equal(phone.log.at(-1), "navigateTo /pages/cabinet/cabinet?cabinet=cab-2");
  const wrong = program.open("pages/index/index", { q: "%" });
  equal(wrong.data["notice"], wrong.data["texts"].notOurs);
  equal(phone.log.length, 2);
});

Deno.test("uuidOf() writes the time first, then the random bytes with version and variant", () => {
  const uuidOf = from("lib/uuid.js", "uuidOf");
  equal(uuidOf(new Uint8Array(16).fill(0xff), 0x0123456789ab), "01234567-89ab-7fff-bfff-ffffffffffff");
  equal(uuidOf(new Uint8Array(16), 1), "00000000-0001-7000-8000-000000000000");
});

Deno.test("an error does not end a tap that was sent before, unless it is about the tap itself", () => {
  const reduce = from("lib/model.js", "reduce");
  const begin = from("lib/model.js", "begin");
  const after = (tap: Shown, code: string) =>
    reduce({ ...begin(), tap: { id: "a", ...tap } }, { type: "error", id: "a", code }).tap.result.state;
  equal(after({ step: "pending", attempts: 1 }, "unavailable"), "refused");
  equal(after({ step: "pending", attempts: 2 }, "unavailable"), "unconfirmed");
  equal(after({ step: "sent", attempts: 1 }, "too-fast"), "unconfirmed");
  equal(after({ step: "sent", attempts: 2 }, "conflict"), "refused");
});

Deno.test("messages about another tap, or about none, do not change a tap that has no id yet", () => {
  const reduce = from("lib/model.js", "reduce");
  const state = { ...from("lib/model.js", "begin")(), tap: { id: undefined, step: "pending" } };
  for (
    const message of [{ type: "pong" }, { type: "error", code: "too-fast" }, { type: "command", id: "b" }]
  ) {
    equal(reduce(state, message), state);
  }
});

Deno.test("an assigned cabinet shows which cells are the person's now", () => {
  const viewOf = from("lib/view.js", "viewOf");
  const begin = from("lib/model.js", "begin");
  const { en } = opened().program.require("lib/texts_en.js") as Shown;
  const cells = [1, 2, 3].map((cell) => ({ cell, size: "S", state: "free", door: "closed" }));
  const cabinet = { name: "A", mode: "assigned", online: true, cells, sizes: ["S"] };
  const others = (permits: unknown) =>
    viewOf({ ...begin(), link: "live", cabinet, permits }, { texts: en, nowMs: 1_000 })
      .cells.filter(({ isOthers }: Shown) => isOthers).map(({ cell }: Shown) => cell);
  const at = (ms: number) => new Date(ms).toISOString();
  deepEqual(others(undefined), [1, 2, 3]);
  deepEqual(others([{ cells: [2], from: at(0) }]), [1, 3]);
  deepEqual(others([{ cells: null, from: at(0), until: at(2_000) }]), []);
  deepEqual(others([{ cells: null, from: at(0), until: at(1_000) }, { cells: [3], from: at(2_000) }]), [
    1,
    2,
    3,
  ]);
});

Deno.test("the estimate of the service's clock uses the best reading, and is never ahead", () => {
  const [better, now] = [from("lib/server_time.js", "betterTime"), from("lib/server_time.js", "serverNow")];
  const known = better(undefined, { timeMs: 1_000_000, receivedAtMs: 0 });
  equal(now(known, 2_500), 1_002_500);
  equal(now(known, -9_000), 1_000_000, "this phone's clock was set back");
  const slow = { timeMs: 1_020_000, receivedAtMs: 23_000, askedAtMs: 19_900 };
  deepEqual(better(known, slow), known);
  const quick = { timeMs: 1_025_000, receivedAtMs: 20_000, askedAtMs: 19_900 };
  equal(now(better(known, quick), 21_000), 1_026_000);
  const back = { timeMs: 960_000, receivedAtMs: 20_000, askedAtMs: 19_900 };
  equal(now(better(known, back), 20_000), 960_000, "the service's clock was set back, or this phone's ahead");
});

Deno.test("viewOf() shows whom to ask for help, and nobody where the service says none", () => {
  const viewOf = from("lib/view.js", "viewOf");
  const begin = from("lib/model.js", "begin");
  const { en } = opened().program.require("lib/texts_en.js") as Shown;
  const cabinet = { name: "A", mode: "open", online: true, cells: [], sizes: [] };
  const contactOf = (more: Shown) =>
    viewOf({ ...begin(), link: "live", cabinet: { ...cabinet, ...more } }, { texts: en, nowMs: 0 }).contact;
  const contact = { telephone: "400 123 4567", text: "Front desk" };
  deepEqual(contactOf({ contact }), contact);
  equal(contactOf({}), null, "what is not there any more must go from the page's data, too");
});
