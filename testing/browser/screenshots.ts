/**
 * Takes screenshots of the page in each of its states, for people who change its look:
 * `deno task build && deno run -P=test testing/browser/screenshots.ts FOLDER [STORY] [LOOK]`. Takes some minutes.
 *
 * @module
 */
import type { Browser } from "playwright-core";
import { api } from "../api.ts";
import { linkOf, ownerLink, PASSWORD } from "../staff_client.ts";
import { noticeTexts, type PageNoticeKind } from "../../src/page/text/notice_texts.ts";
import { renderNotice } from "../../src/page/shell.tsx";
import { launch, type Phone, type PhoneOptions } from "./browser.ts";
import { follow, send } from "./links.ts";
import { CABINET, Scene } from "./scene.ts";
import { stories, type Story } from "./stories.ts";

/** The looks in which each screenshot is taken. */
const looks: Readonly<Record<string, PhoneOptions>> = {
  "zh-light": {},
  "zh-dark": { colorScheme: "dark" },
  "en-light": { locale: "en-US" },
  "en-dark-320": { locale: "en-US", colorScheme: "dark", viewport: { width: 320, height: 568 } },
  "zh-light-667x375": { viewport: { width: 667, height: 375 } },
  "zh-light-1024": { viewport: { width: 1024, height: 768 } },
};

interface Where {
  readonly browser: Browser;
  readonly folder: string;
  readonly look: string;
}

async function tell(name: string, story: Story, { browser, folder, look: named }: Where): Promise<void> {
  const look = looks[named] ?? {};
  await using scene = await Scene.start(browser);
  const device = await scene.device(story.description);
  const bare = await scene.phone({ ...look, javaScriptEnabled: false });
  await bare.visit(CABINET);
  await shoot(bare, `${folder}/${name}-${named}-0-before-script`);
  const phone = await scene.phone(look);
  await phone.visit(CABINET);
  for (const [step, bringAbout] of Object.entries(story.steps)) {
    await bringAbout({ scene, device, phone, look });
    await shoot(phone, `${folder}/${name}-${named}-${step}`);
  }
}

/** The notices, which need no cabinet. */
async function notices({ browser, folder, look: named }: Where): Promise<void> {
  const look = looks[named] ?? {};
  const lang = look.locale === "en-US" ? "en" : "zh";
  await using scene = await Scene.start(browser);
  const phone = await scene.phone(look);
  for (const kind of Object.keys(noticeTexts[lang]) as PageNoticeKind[]) {
    await phone.page.route(
      "**/c/notice",
      (route) =>
        route.fulfill({ contentType: "text/html; charset=utf-8", body: renderNotice({ lang, kind }) }),
    );
    await phone.visit("notice");
    await shoot(phone, `${folder}/notice-${named}-${kind}`);
  }
}

/** The page on which a link of staff is used. */
async function join({ browser, folder, look: named }: Where): Promise<void> {
  await using scene = await Scene.start(browser);
  const { program } = scene;
  const phone = await scene.phone(looks[named]);
  const shot = (step: string) => shoot(phone, `${folder}/join-${named}-${step}`);
  await follow(phone, await ownerLink(program));
  await shot("new");
  await send(phone, { login: "anna@example.com", password: "short" });
  await phone.sees("#name-problem", /./);
  await shot("mistakes");
  await send(phone, { name: "Anna", password: PASSWORD });
  await phone.sees('[data-step="done"]');
  await shot("done");
  await api(program, "PATCH", "/organization", {
    body: { name: "示例储物公司", secondFactorRoles: ["manager"] },
  });
  await follow(phone, await linkOf(program, { role: "manager" }));
  await shot("known");
  await phone.page.click('[data-name="new"]');
  await send(phone, { login: "anna@example.com", name: "Anna", password: PASSWORD });
  await phone.sees("#login-problem", /./);
  await shot("taken");
  await phone.page.click('[data-name="log-in"]');
  await shot("log-in");
  await phone.page.click('[data-name="new"]');
  await send(phone, { login: "bo@example.com", name: "Bo", password: PASSWORD });
  await phone.sees(".note");
  await shot("second-factor");
  const { body: { items: [member] } } = await api(program, "GET", "/staff");
  const { body: { link } } = await api(program, "POST", `/staff/${member.id}/reset`, { body: {} });
  await follow(phone, link);
  await shot("reset");
  await follow(phone, await ownerLink(program));
  await shot("over");
}

async function shoot(phone: Phone, name: string): Promise<void> {
  await phone.page.screenshot({ path: `${name}.png`, animations: "disabled" });
  await phone.page.screenshot({ path: `${name}-whole.png`, animations: "disabled", fullPage: true });
}

const [folder, only, onlyLook] = Deno.args;
if (folder === undefined) throw new TypeError("Cannot take pictures: say in which folder to put them");
await Deno.mkdir(folder, { recursive: true });
await using browser = await launch();
for (const look of Object.keys(looks).filter((name) => onlyLook === undefined || name === onlyLook)) {
  const where = { browser, folder, look };
  for (const [name, story] of Object.entries(stories)) {
    if (only === undefined || only === name) await tell(name, story, where);
  }
  if (only === undefined || only === "notice") await notices(where);
  if (only === undefined || only === "join") await join(where);
}
