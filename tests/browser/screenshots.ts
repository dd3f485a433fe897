/**
 * Takes pictures of the page in each of its states, for people who change how it looks:
 * `deno task build && deno run -P=test tests/browser/screenshots.ts FOLDER`. Takes about a minute.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import { type Device, until } from "../harness.ts";
import { launch, type Phone, type PhoneOptions } from "./browser.ts";
import { CABINET, Scene } from "./scene.ts";

/** Every picture is taken with each of these. */
const looks: Readonly<Record<string, PhoneOptions>> = {
  "zh-light": {},
  "zh-dark": { colorScheme: "dark" },
  "en-light": { locale: "en-US" },
  "en-dark-320": { locale: "en-US", colorScheme: "dark", viewport: { width: 320, height: 568 } },
  "zh-light-1024": { viewport: { width: 1024, height: 768 } },
};

/** One cell of each kind among the 24. */
const oddStates: Readonly<Record<number, string>> = { 4: "held", 5: "disabled", 6: "faulty" };
const cells = Array.from({ length: 24 }, (_, index) => {
  const cell = index + 1;
  const size = ["S", "M", "L", "XL"][Math.floor(index / 6)];
  return { cell, board: 1, channel: cell, size, state: oddStates[cell] ?? "free" };
});

/** What to bring about before the picture with that name; each goes on from the one before. */
const steps: Readonly<
  Record<string, (one: { scene: Scene; device: Device; phone: Phone }) => Promise<void>>
> = {
  "1-normal": ({ phone }) => phone.ready(),
  "2-opened": async ({ phone }) => {
    await phone.tap(7);
    await phone.sees('[data-cell="7"].tone-done');
  },
  "3-failed": async ({ phone, device }) => {
    device.onOpen = () => 0x11;
    await phone.tap(2);
    await phone.sees('[data-cell="2"].tone-bad');
  },
  "4-pending": async ({ phone, device }) => {
    device.onOpen = () => undefined;
    device.readsAnswered = false;
    await phone.tap(9);
    await until(() => device.opens.some((frame) => frame.startsWith("8A 01 09")));
    await phone.sees('[data-cell="9"].tone-busy');
  },
  "5-unconfirmed": ({ phone }) => phone.sees('[data-cell="9"].tone-careful'),
  "6-offline": async ({ phone, device }) => {
    await device[Symbol.asyncDispose]();
    await phone.sees("#connection.tone-careful");
    await phone.tap(8);
  },
  "7-reconnecting": async ({ phone, scene }) => {
    await scene.crash();
    await phone.sees('main[data-connection="reconnecting"]');
  },
};

async function picture(browser: Browser, { look, folder }: { look: string; folder: string }): Promise<void> {
  const options = looks[look] ?? {};
  await using scene = await Scene.start(browser);
  const device = await scene.device({ cells });
  const bare = await scene.phone({ ...options, javaScriptEnabled: false });
  await bare.visit("nowhere");
  await shoot(bare, `${folder}/${look}-8-unknown`);
  await bare.visit(CABINET);
  await shoot(bare, `${folder}/${look}-0-before-script`);
  const phone = await scene.phone(options);
  await phone.visit(CABINET);
  for (const [name, step] of Object.entries(steps)) {
    await step({ scene, device, phone });
    await shoot(phone, `${folder}/${look}-${name}`);
  }
}

async function shoot(phone: Phone, name: string): Promise<void> {
  await phone.page.screenshot({ path: `${name}.png`, animations: "disabled" });
}

const [folder] = Deno.args;
if (folder === undefined) throw new TypeError("Cannot take pictures: say in which folder to put them");
await Deno.mkdir(folder, { recursive: true });
await using browser = await launch();
for (const look of Object.keys(looks)) await picture(browser, { look, folder });
