/**
 * The page on which a link is used: the first owner's, an invitation, a reset.
 *
 * @module
 */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import type { JoinTexts } from "../../src/console/text/texts.ts";
import { en } from "../../src/console/text/texts_en.ts";
import { zh } from "../../src/console/text/texts_zh.ts";
import { isSound } from "../../testing/browser/accessibility.ts";
import type { Phone, PhoneOptions } from "../../testing/browser/browser.ts";
import { pageTest } from "../../testing/browser/case.ts";
import { follow, send } from "../../testing/browser/links.ts";
import type { Scene } from "../../testing/browser/scene.ts";
import { api } from "../../testing/api.ts";
import { linkOf, ownerLink, PASSWORD } from "../../testing/staff_client.ts";

/** What a browser writes to the console of a request that is refused: that nobody is logged in yet, a mistake. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
/** And of one whose answer is cut off. */
const CUT_OFF = /^Failed to load resource: net::ERR_FAILED/;

const ANNA = { login: "anna@example.com", name: "安娜", password: PASSWORD };

const DONE = 'main[data-step="done"]';

const looks: readonly [name: string, words: JoinTexts, look: PhoneOptions][] = [
  ["on a phone in Chinese", zh, { viewport: { width: 390, height: 844 } }],
  ["on a desk in English", en, { locale: "en-US", viewport: { width: 1280, height: 800 } }],
];

for (const [where, words, look] of looks) {
  pageTest(`the link that the program prints makes the first owner, once, ${where}`, async (scene) => {
    const { program } = scene;
    const phone = await scene.phone(look);
    const link = await ownerLink(program);
    await follow(phone, link);
    equal(phone.page.url(), `${program.url}/console/join`);
    await phone.sees("h1", words.headings.new.unnamed);
    await isSound(phone, "form");

    await send(phone, { login: ANNA.login, password: "too short" });
    await phone.sees("#name-problem", words.problems["name-missing"]);
    await phone.sees("#password-problem", words.problems["password-short"].replace("{k}", "10"));
    equal(await focused(phone), "name");
    await isSound(phone, "mistakes");

    await send(phone, ANNA);
    await phone.sees(`${DONE} h1`, words.done.joined.unnamed);
    await phone.sees(".role", words.roles.owner.name);
    await phone.sees("code", `--url ${program.url}`);
    await isSound(phone, "done");
    deepEqual(await membersOf(scene), [[ANNA.login, ANNA.name, "owner"]]);
    const [cookie] = await phone.page.context().cookies();
    deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
    const seen = await phone.look("JSON.stringify([location.href, { ...sessionStorage, ...localStorage }])");
    doesNotMatch(seen, new RegExp(link.split("#")[1] ?? ""));

    const late = await scene.phone(look);
    await follow(late, link);
    await late.sees("h1", words.over.title);
    await isSound(late, "over");
  }, { expected: REFUSED });
}

pageTest(
  "a second organization's link takes the account that is logged in, also out of a chat",
  async (scene) => {
    const { program } = scene;
    const phone = await ownersPhone(scene);
    const body = { id: "north", name: "North" };
    equal((await api(program, "POST", "/organizations", { body })).status, 201);
    const link = await linkOf(program, { role: "attendant" }, { organization: "north" });
    await fromChat(phone, { link, program });
    await phone.sees("h1", "加入“North”");
    await isSound(phone, "known");
    await send(phone);
    await phone.sees(`${DONE} .role`, zh.roles.attendant.name);
    deepEqual(await membersOf(scene, "north"), [[ANNA.login, ANNA.name, "attendant"]]);
  },
  { expected: new RegExp(`${REFUSED.source}|^foreign host: http://localhost`) },
);

pageTest("who has an account and is not logged in is told so, logs in and joins", async (scene) => {
  const { program } = scene;
  await ownersPhone(scene);
  await api(program, "POST", "/organizations", { body: { id: "north", name: "North" } });
  const phone = await scene.phone();
  await follow(phone, await linkOf(program, { role: "viewer" }, { organization: "north" }));
  await send(phone, { ...ANNA, login: "ANNA@example.com" });
  await phone.sees("#login-problem", zh.problems["login-taken"]);
  equal(await focused(phone), "login");
  await phone.page.click('[data-name="log-in"]');
  equal(await phone.page.inputValue("#login"), "ANNA@example.com");
  await send(phone, { password: "another password" });
  await phone.sees('[role="alert"]', zh.problems.wrong);
  await isSound(phone, "wrong password");
  await send(phone, { password: PASSWORD });
  await phone.sees(`${DONE} .role`, zh.roles.viewer.name);
}, { expected: REFUSED });

pageTest(
  "mistakes that only the service finds are said at their fields, and what was typed stays",
  async (scene) => {
    const phone = await scene.phone();
    await follow(phone, await ownerLink(scene.program));
    await phone.page.click(".switch");
    await send(phone, { ...ANNA, login: "аnna@example.com" });
    await phone.sees("#login-problem", zh.problems["login-bad"]);
    await send(phone, { login: ANNA.login, password: "x".repeat(300) });
    await phone.sees("#password-problem", zh.problems["password-bad"]);
    equal(await phone.page.inputValue("#name"), ANNA.name);
    equal(await phone.page.getAttribute("#password", "type"), "text");
  },
  { expected: REFUSED },
);

pageTest("a reset sets a new password and logs in", async (scene) => {
  const { program } = scene;
  await ownersPhone(scene);
  const { body: { items: [anna] } } = await api(program, "GET", "/staff");
  const { body: { link } } = await api(program, "POST", `/staff/${anna.id}/reset`, { body: {} });
  const phone = await scene.phone();
  await follow(phone, link);
  await phone.sees("h1", zh.headings.reset);
  equal(await phone.page.inputValue("#login"), ANNA.login);
  await isSound(phone, "reset");
  await send(phone, { password: "another long password" });
  await phone.sees(`${DONE} h1`, zh.done.reset);
  const body = { login: ANNA.login, password: "another long password" };
  equal((await api(program, "POST", "/session", { body })).status, 201);
}, { expected: REFUSED });

pageTest("a role that needs a second factor is told to set one up", async (scene) => {
  const { program } = scene;
  await api(program, "PATCH", "/organization", { body: { secondFactorRoles: ["manager"] } });
  const phone = await scene.phone();
  await follow(phone, await linkOf(program, { role: "manager" }));
  await send(phone, ANNA);
  await phone.sees(`${DONE} .note`, zh.done.secondFactor.title);
  await isSound(phone, "second factor wanted");
}, { expected: REFUSED });

pageTest(
  "an answer that is lost is called unconfirmed, and the next try finds out that it worked",
  async (scene) => {
    const phone = await scene.phone();
    await follow(phone, await ownerLink(scene.program));
    await phone.page.route("**/invitations/accept", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await send(phone, ANNA);
    await phone.sees('[role="alert"]', zh.problems.silent);
    await send(phone);
    await phone.sees(`${DONE} h1`, zh.done.joined.unnamed);
    equal((await membersOf(scene)).length, 1);
  },
  { expected: new RegExp(`${REFUSED.source}|${CUT_OFF.source}`) },
);

pageTest(
  "without a link, with another one in the same tab, and after a pause of the service",
  async (scene) => {
    const { program } = scene;
    const phone = await scene.phone();
    await follow(phone, `${program.url}/console/join`);
    await phone.sees("h1", zh.noLink.title);
    await phone.page.route("**/invitations/look", (route) => route.abort(), { times: 1 });
    await phone.page.goto(await ownerLink(program));
    await phone.sees("h1", zh.troubles.away.title);
    equal(phone.page.url(), `${program.url}/console/join`);
    await isSound(phone, "away");
    await phone.page.click("button");
    await phone.sees("h1", zh.headings.new.unnamed);
    await phone.page.goto(`${program.url}/console/join#nonsense`);
    await phone.sees("h1", zh.over.title);
  },
  { expected: new RegExp(`${REFUSED.source}|${CUT_OFF.source}`) },
);

pageTest("without scripts the page says that it needs them", async (scene) => {
  const phone = await scene.phone({ javaScriptEnabled: false });
  await phone.page.goto(await ownerLink(scene.program));
  match(await phone.page.locator("body").innerText(), new RegExp(zh.needsScript));
});

/** A phone on which the first owner has just come in. */
async function ownersPhone(scene: Scene): Promise<Phone> {
  const phone = await scene.phone();
  await follow(phone, await ownerLink(scene.program));
  await send(phone, ANNA);
  await phone.sees(DONE);
  return phone;
}

/** Taps a link on a page of another site, for which the browser sends no `SameSite=Strict` cookie. */
async function fromChat(
  { page }: Phone,
  { link, program }: { link: string; program: { readonly url: string } },
): Promise<void> {
  const chat = program.url.replace("127.0.0.1", "localhost");
  await page.route(
    `${chat}/chat`,
    (route) => route.fulfill({ contentType: "text/html", body: `<a href="${link}">link</a>` }),
  );
  await page.goto(`${chat}/chat`);
  const request = page.waitForRequest(/\/console\/join/);
  await page.click("a");
  equal((await (await request).allHeaders())["cookie"], undefined);
}

async function focused(phone: Phone): Promise<string> {
  return await phone.look("document.activeElement.id");
}

/** Login, name and role of an organization's members. */
async function membersOf({ program }: Scene, organization = "main"): Promise<string[][]> {
  const headers = { "kaigui-organization": organization };
  const { body } = await api(program, "GET", "/staff", { headers });
  return body.items.map(({ login, name, role }: Record<string, string>) => [login, name, role]);
}
