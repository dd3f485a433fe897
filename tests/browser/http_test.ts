/**
 * The page where something on the way blocks WebSockets.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET, type Scene } from "../../testing/browser/scene.ts";

const { messages } = zh;

pageTest(
  "without a WebSocket a person stores and takes out, by one pulse each",
  async (scene) => {
    const cabinet = await scene.cabinet({}, { mode: "storage" });
    const { phone, posts } = await walled(scene);
    await phone.does("store");
    await phone.isShown(fillMessage(messages.opened.store, { n: 1 }));
    await phone.sees('[data-rental="1"][data-state="held"]');
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"]:not(:has(.strip))');
    await phone.takes("retrieve", 1);
    await phone.isShown(fillMessage(messages.opened.retrieve, { n: 1 }));
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"][data-state="ended"]');
    equal(cabinet.pulseCount(1, 1), 2);
    const taps = posts.map((text) => JSON.parse(text)).filter(({ type }) => type !== "way-back");
    equal(new Set(taps.map(({ id }) => id)).size, 2);
  },
);

pageTest(
  "without a WebSocket a reload during a tap sends the same tap again, for one pulse",
  async (scene) => {
    const device = await scene.device();
    device.onOpen = () => undefined;
    const { phone, posts } = await walled(scene);
    await phone.tap(7);
    await until(() => device.opens.length === 1);
    await phone.page.reload();
    await until(() => posts.length >= 2);
    device.open.add(7);
    await device.report(7, true);
    await phone.sees('[data-cell="7"] .main', zh.shortStates.opened);
    equal(posts[0], posts[1]);
    equal(device.opens.length, 1);
  },
);

/** A phone whose WebSockets close before their first message, and the bodies that it posts instead. */
async function walled(scene: Scene): Promise<{ phone: Phone; posts: string[] }> {
  const phone = await scene.phone();
  const posts: string[] = [];
  await phone.page.routeWebSocket(/\/ws\?/, (route) => void route.close());
  phone.page.on("request", (request) => {
    if (request.method() === "POST") posts.push(request.postData() ?? "");
  });
  await phone.visit(CABINET);
  await phone.ready();
  return { phone, posts };
}
