/**
 * The page as a person uses it: in a browser, against the real program and simulated cabinets.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { noticeTexts } from "../../src/page/text/notice_texts.ts";
import { query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { AWAY, en, fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { CABINET } from "../../testing/browser/scene.ts";

function about(cell: number, message: Parameters<typeof fillMessage>[0]): ReturnType<typeof fillMessage> {
  return fillMessage(message, { n: cell, retry: zh.messages.retry.again });
}

pageTest("the link shows the cabinet, and the script moves nothing of the server's markup", async (scene) => {
  await scene.cabinet();
  const bare = await scene.phone({ javaScriptEnabled: false });
  const response = await bare.visit(CABINET);
  equal(response.status(), 200);
  match(response.headers()["content-security-policy"] ?? "", /default-src 'none'/);
  await bare.sees("h1", "一号楼大厅 A 柜");
  equal(await bare.page.locator("[data-cell]").count(), 24);
  await bare.sees('[data-cell="7"] .main', /./);
  equal(await bare.page.locator("noscript").innerText(), zh.needsScript);
  const phone = await scene.visitor();
  await phone.sees("#connection", zh.ready.open.title);
  equal(await phone.page.title(), "一号楼大厅 A 柜 · 开柜");
  const numbers = await phone.page.locator(".number").allTextContents();
  deepEqual(numbers, Array.from({ length: 24 }, (_, index) => `${index + 1} 号柜`));
  deepEqual(await phone.cell(7).boundingBox(), await bare.cell(7).boundingBox());
  equal(await phone.page.locator("noscript, .slow").count(), 0);
  ok(
    await phone.look("document.documentElement.scrollWidth <= innerWidth"),
    "nothing overflows sideways",
  );
});

pageTest("a tap opens the door on both phones, and both see it shut again", async (scene) => {
  const cabinet = await scene.cabinet();
  const [phone, other] = [await scene.visitor(), await scene.visitor()];
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"] .main', "已打开");
  await phone.isShown(about(7, zh.messages.opened.open));
  await other.sees('[data-cell="7"][data-door="open"] .main', zh.doors.open);
  equal(cabinet.pulseCount(1, 7), 1);
  equal(
    await other.page.locator('#news[data-empty="false"]').count(),
    0,
    "another person's tap is not shown",
  );
  cabinet.closeDoor(1, 7);
  for (const one of [phone, other]) {
    await one.sees('[data-cell="7"][data-door="closed"] .main', zh.doors.closed);
  }
  await phone.isShown(about(7, zh.messages.doorClosed.open));
  equal(cabinet.pulses.length, 1);
});

pageTest("a jammed lock says that the door stayed shut and what to do", async (scene) => {
  const cabinet = await scene.cabinet({ jammed: [{ board: 1, lock: 3 }] });
  const phone = await scene.visitor();
  await phone.tap(3);
  await phone.sees('[data-cell="3"] .main', zh.shortStates.failed);
  await phone.isShown(about(3, zh.messages.reasons["did-not-open"]));
  equal(cabinet.pulseCount(1, 3), 1);
  cabinet.unjam(1, 3);
  await phone.tap(3);
  await phone.sees('[data-cell="3"][data-door="open"] .main', zh.shortStates.opened);
  equal(cabinet.pulseCount(1, 3), 2);
});

pageTest("a board that never answers is called unconfirmed, and the page says what to do", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.visitor();
  cabinet.silence(1);
  await phone.tap(7);
  await phone.sees('[data-cell="7"][aria-busy="true"] .icon-spinner');
  await phone.isShown(about(7, zh.messages.steps.sent));
  await phone.sees('[data-cell="7"][aria-busy="false"] .main', zh.shortStates.unconfirmed);
  await phone.page.getByRole("button", { name: "7 号柜 未确认 中号" }).waitFor();
  await phone.isShown(about(7, zh.messages.reasons["no-reply"]));
});

pageTest("an offline cabinet explains itself, and comes back live with its device", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.visitor();
  cabinet.drop({ awayMs: Infinity });
  await phone.sees("#connection", zh.connection["cabinet-offline"].title);
  await phone.sees('main[data-connection="live"] [data-cell="7"][aria-disabled="true"]');
  await phone.tap(7);
  await phone.isShown(about(7, zh.messages.refusals["cabinet-offline"]));
  deepEqual(phone.asked, [], "the server is not asked for what is known");
  cabinet.redial();
  await phone.sees("#connection", zh.ready.open.title);
  await phone.sees('[data-cell="7"][aria-disabled="false"]:not([data-door="unknown"])');
  equal(cabinet.pulses.length, 0, "nothing opens late");
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"] .main', zh.shortStates.opened);
});

pageTest("a disabled and a faulty cell say why they take no tap", async (scene) => {
  const states = ["free", "disabled", "faulty"];
  const cells = states.map((state, index) => ({ cell: index + 1, board: 1, channel: index + 1, state }));
  await scene.cabinet({}, { cells });
  const phone = await scene.visitor();
  await phone.sees('[data-cell="2"][aria-disabled="true"] .main', zh.uses.disabled);
  await phone.tap(2);
  await phone.isShown(about(2, zh.messages.refusals.disabled));
  await phone.tap(3);
  await phone.isShown(about(3, zh.messages.refusals.faulty));
  deepEqual(phone.asked, []);
});

pageTest(
  "a refusal that sends people to the operator shows whom to call, and others do not",
  async (scene) => {
    const states = ["free", "disabled", "faulty"];
    const cells = states.map((state, index) => ({ cell: index + 1, board: 1, channel: index + 1, state }));
    const contact = { telephone: "400 123 4567", text: "物业前台，8:00–22:00" };
    await scene.cabinet({}, { cells, contact });
    const phone = await scene.visitor();
    await phone.sees(".help-row", /帮助.*400 123 4567.*物业前台/s);
    await phone.tap(3);
    await phone.sees('#news[data-empty="false"] .contact', /400 123 4567.*物业前台/s);
    const link = phone.page.locator("#news .contact a");
    equal(await link.getAttribute("href"), "tel:4001234567");
    ok(((await link.boundingBox())?.height ?? 0) >= 44, "as high as a thumb needs");
    await phone.tap(2);
    await phone.sees('#news[data-empty="false"] strong', about(2, zh.messages.refusals.disabled).title);
    equal(await link.count(), 0);
  },
);

pageTest("a restarted service finds the same page and the same person again", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.visitor();
  const before = await session(phone);
  await phone.look("globalThis.untouched = true");
  await scene.crash();
  await phone.sees('main[data-connection="reconnecting"] #connection', zh.connection.reconnecting.title);
  await phone.tap(7);
  await phone.isShown(about(7, zh.messages.refusals.reconnecting));
  await scene.restart();
  await phone.ready();
  await phone.sees('#news[data-empty="true"]');
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"] .main', zh.shortStates.opened);
  ok(await phone.look("globalThis.untouched"), "the page was not loaded anew");
  deepEqual(await session(phone), before);
  equal(cabinet.pulseCount(1, 7), 1);
}, { expected: AWAY });

pageTest(
  "a service that dies during a tap says so, and pulses no second time",
  async (scene) => {
    const cabinet = await scene.cabinet({ frameLoss: "openings", jammed: [{ board: 1, lock: 7 }] });
    const phone = await scene.visitor();
    await phone.tap(7);
    await until(() => cabinet.pulseCount(1, 7) === 1);
    await scene.crash();
    await phone.sees('main[data-connection="reconnecting"]');
    await scene.restart();
    await phone.isShown(about(7, zh.messages.reasons.restarted));
    await phone.sees('[data-cell="7"] .main', zh.shortStates.unconfirmed);
    await phone.ready();
    equal(new Set(phone.asked).size, 1);
    ok(phone.asked.length > 1, "the page asked again, under the same id");
    equal(cabinet.pulses.length, 1);
  },
  { expected: AWAY },
);

pageTest(
  "a page that is reloaded during a tap sends the same tap again, for one pulse",
  async (scene) => {
    const device = await scene.device();
    device.onOpen = () => undefined;
    const phone = await scene.visitor();
    await phone.tap(7);
    await until(() => device.opens.length === 1);
    await phone.page.reload();
    await until(() => phone.asked.length >= 2);
    await phone.sees('[data-cell="7"][aria-busy="true"]');
    device.open.add(7);
    await device.send(Uint8Array.fromHex("8A0107008C"));
    await phone.sees('[data-cell="7"][data-door="open"] .main', zh.shortStates.opened);
    const [first, second] = phone.asked;
    equal(first, second);
    deepEqual(query(scene.folder, "select id from commands").map(({ id }) => id), [first]);
    deepEqual(device.opens, ["8A 01 07 11 9D"]);
  },
);

pageTest("a page that was hidden connects at once when it is shown again", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.phone();
  const sockets: { cut: "not" | "silently"; close(): Promise<void> }[] = [];
  await phone.page.routeWebSocket(/\/ws\?/, (route) => {
    const server = route.connectToServer();
    const socket: (typeof sockets)[number] = { cut: "not", close: () => route.close({ code: 1001 }) };
    route.onMessage((message) => socket.cut === "not" && server.send(message));
    server.onMessage((message) => socket.cut === "not" && route.send(message));
    sockets.push(socket);
  });
  await phone.page.clock.install();
  await phone.visit(CABINET);
  await phone.ready();
  // From here on the page's timers stand still, as in the background: only `visibilitychange` can make it reconnect.
  await phone.page.clock.pauseAt(await phone.look("Date.now() + 1000"));

  await phone.show(false);
  await sockets[0]?.close();
  await phone.sees('main[data-connection="reconnecting"]');
  equal(sockets.length, 1, "a hidden page does not connect by itself");
  await phone.show(true);
  await phone.ready();
  equal(sockets.length, 2);

  await phone.show(false);
  const [, second] = sockets;
  ok(second);
  second.cut = "silently";
  await phone.page.clock.setSystemTime(await phone.look("Date.now() + 60_000"));
  await phone.show(true);
  await until(() => sockets.length === 3);
  await phone.ready();
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"] .main', zh.shortStates.opened);
  equal(cabinet.pulses.length, 1);
});

pageTest("a phone without network says so and reconnects by itself", async (scene) => {
  await scene.cabinet();
  const phone = await scene.visitor();
  await phone.page.context().setOffline(true);
  await phone.sees("#connection", zh.connection["offline-browser"].title);
  await phone.tap(7);
  await phone.isShown(about(7, zh.messages.refusals["offline-browser"]));
  await phone.page.context().setOffline(false);
  await phone.ready();
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"]');
}, { expected: /ERR_INTERNET_DISCONNECTED/ });

pageTest("an English phone gets English, every other phone Chinese", async (scene) => {
  await scene.cabinet();
  const english = await scene.visitor({ locale: "en-US" });
  equal(await english.page.locator("html").getAttribute("lang"), "en");
  await english.sees("#connection", en.ready.open.title);
  await english.tap(7);
  await english.sees('[data-cell="7"] .main', "Opened");
  await english.isShown(about(7, en.messages.opened.open));
  ok(await english.look("document.documentElement.scrollWidth <= innerWidth"));
  for (const locale of ["zh-TW", "fr-FR"]) {
    const phone = await scene.phone({ locale });
    await phone.visit(CABINET);
    equal(await phone.page.locator("html").getAttribute("lang"), "zh-CN");
    await phone.sees("#connection", zh.ready.open.title);
  }
});

pageTest("everything can be reached and opened with the keyboard", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.visitor();
  const { keyboard } = phone.page;
  await keyboard.press("Tab");
  notEqual(await phone.look("getComputedStyle(document.activeElement).outlineStyle"), "none");
  await keyboard.press("Enter");
  await phone.sees('[data-cell="1"][data-door="open"] .main', zh.shortStates.opened);
  await phone.page.getByRole("button", { name: "1 号柜 已打开 中号" }).waitFor();
  for (let cell = 1; cell <= 24; cell++) {
    deepEqual(await focused(phone), { cell, covered: false });
    await keyboard.press("Tab");
  }
  await keyboard.press("Shift+Tab");
  await keyboard.press("Space");
  await phone.sees('[data-cell="24"][data-door="open"] .main', zh.shortStates.opened);
  deepEqual(await focused(phone), { cell: 24, covered: false });
  deepEqual(cabinet.pulses.map(({ lock }) => lock), [1, 24]);
});

pageTest("an impatient person who taps three times causes one pulse", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.visitor();
  await phone.look("for (let tap = 0; tap < 3; tap++) document.querySelector('[data-cell=\"7\"]').click()");
  await phone.sees('[data-cell="7"][data-door="open"] .main', zh.shortStates.opened);
  equal(phone.asked.length, 1);
  equal(cabinet.pulseCount(1, 7), 1);
});

pageTest("an unknown cabinet is a notice, in both languages", async (scene) => {
  for (const [locale, lang] of [["zh-CN", "zh"], ["en-US", "en"]] as const) {
    const phone = await scene.phone({ locale });
    equal((await phone.visit("nowhere")).status(), 404);
    await phone.sees("h1", noticeTexts[lang]["unknown-cabinet"].title);
    await phone.sees("p", noticeTexts[lang]["unknown-cabinet"].next);
    equal(await phone.page.locator("script").count(), 0);
  }
}, { expected: /status of 404/ });

/** A phone's own browser. */
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1";

for (
  const [kind, test, env] of [
    ["not-signed-in", "without guests, a person without a session is told to open WeChat", {
      WECHAT_APP_ID: "wx00000000000000a1",
      WECHAT_APP_SECRET: "the-accounts-secret",
      PUBLIC_URL: "https://k.example",
    }],
    ["no-sign-in", "where nobody can sign in, the operator is told what to set", {}],
  ] as const
) {
  pageTest(test, async (scene) => {
    await scene.cabinet();
    const phone = await scene.phone({ userAgent: SAFARI });
    equal((await phone.visit(CABINET)).status(), 401);
    await phone.sees("h1", noticeTexts.zh[kind].title);
    await phone.sees("p", noticeTexts.zh[kind].next);
    equal(await phone.page.locator("[data-cell]").count(), 0);
    deepEqual(await session(phone), []);
  }, { env: { GUEST_LOGIN: "0", ...env }, expected: /status of 401/ });
}

/** The session's cookie. */
async function session(phone: Phone): Promise<string[]> {
  return (await phone.page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
}

/** The cell with the focus, and whether the bar at the bottom covers it. */
async function focused(phone: Phone): Promise<{ cell: number; covered: boolean }> {
  return await phone.look(`(() => {
    const cell = document.activeElement;
    const bar = document.getElementById("news");
    const covered = bar.dataset.empty === "false" &&
      cell.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
    return { cell: Number(cell.dataset.cell), covered };
  })()`);
}
