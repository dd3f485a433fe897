/**
 * WeChat answers slowly, wrongly or not at all: people with a session go on, people without one get a notice, nothing
 * piles up, and messages through WeChat arrive once.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { WECHAT } from "../../src/lib/limits.ts";
import { untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { type Message, Page } from "../../testing/page.ts";
import { until } from "../../testing/until.ts";
import {
  ALICE,
  BOB,
  isNotice,
  scan,
  sessionOf,
  type WechatRig,
  wechatRig,
} from "../../testing/wechat_rig.ts";
import { PATHS } from "../../testing/wechat/api/handlers.ts";
import type { Fault } from "../../testing/wechat/faults.ts";

const TOKEN_CALLS = PATHS.accessToken;
/** The paths that the service calls, without WeChat's own page for people. */
const API = [PATHS.accessToken, PATHS.userinfo, PATHS.stableToken, PATHS.ticket, PATHS.template];
const TEMPLATES = {
  WECHAT_TEMPLATE_STORED: "TStored,cell=character_string1,place=thing2,code=character_string3,time=time4",
  WECHAT_TEMPLATE_PICKED_UP: "TPicked,cell=character_string1,place=thing2,time=time3",
};

function awayTest(name: string, body: (here: WechatRig & { device: Device }) => Promise<void>): void {
  Deno.test(name, async () => {
    await using stack = new AsyncDisposableStack();
    const here = await wechatRig(stack, { env: TEMPLATES, cabinet: { name: "大堂 A", mode: "storage" } });
    here.wechat.messages.addTemplate("TStored", [
      "character_string1",
      "thing2",
      "character_string3",
      "time4",
    ]);
    here.wechat.messages.addTemplate("TPicked", ["character_string1", "thing2", "time3"]);
    const device = stack.use(await Device.connect(here.program, "REG-cab"));
    await untilOnline(here.program, "cab");
    await body({ ...here, device });
  });
}

/** A person's connection to the cabinet. */
async function pageOf(name: string, here: WechatRig): Promise<Page> {
  const phone = here.phone(name);
  await scan(phone, here);
  return await Page.open(here.program, "cab", sessionOf(phone, here));
}

/** Sends a tap and waits for its final state. */
async function does(page: Page, request: Message): Promise<Message> {
  const id = crypto.randomUUID();
  page.send({ id, ...request });
  return await page.outcome(id);
}

const FAULTS: readonly [string, Fault][] = [
  ["not at all", { kind: "silent" }],
  ["with a page of its own", { kind: "status", status: 502 }],
  ["that it is busy", { kind: "busy" }],
  ["with half an answer", { kind: "cut" }],
  ["by hanging up", { kind: "closed" }],
];

for (const [how, fault] of FAULTS) {
  awayTest(
    `WeChat answers ${how}: people with a session go on, others get a notice, and all recovers with WeChat`,
    async (here) => {
      const { wechat, phone, device } = here;
      await using alice = await pageOf("alice", here);
      for (const path of API) wechat.faults.put(fault, { path });
      wechat.calls.forget();
      const crowd = Array.from({ length: 60 }, () => scan(phone("bob"), here));
      const stored = await does(alice, { type: "store" });
      equal(stored["state"], "opened");
      equal((await does(alice, { type: "reopen", rental: stored["id"] }))["state"], "opened");
      equal(device.opens.length, 2);
      for (const answers of await Promise.all(crowd)) {
        isNotice(answers.at(-1), 503, "wechat-away");
      }
      const tries = wechat.calls.to(TOKEN_CALLS).length;
      // The runtime sends a request once more if its kept-alive connection turns out to be closed.
      ok(tries <= 90, `${tries} calls for 60 people`);
      // After so many failures the circuit breaker is open.
      for (let turn = 0; turn < 5; turn++) {
        isNotice((await scan(phone("bob"), here)).at(-1), 503, "wechat-away");
      }
      ok(wechat.calls.to(TOKEN_CALLS).length <= tries + 1, "hardly any of five more asked WeChat");
      ok(wechat.calls.inFlightMax <= WECHAT.callsMax);
      equal((await does(alice, { type: "retrieve", rental: stored["id"] }))["state"], "opened");
      wechat.faults.heal();
      await until(async () => (await scan(phone("bob"), here)).at(-1)?.status === 200, {
        deadlineMs: 20_000,
      });
    },
  );
}

awayTest("a slow WeChat signs people in late", async (here) => {
  for (const path of API) here.wechat.faults.put({ kind: "late", ms: 1_500 }, { path });
  equal((await scan(here.phone("bob"), here)).at(-1)?.status, 200);
});

awayTest(
  "a person who stores gets the place and a working code, and later who picked it up",
  async (here) => {
    const { wechat } = here;
    wechat.followers.add(ALICE.openid);
    await using alice = await pageOf("alice", here);
    await using bob = await pageOf("bob", here);
    const stored = await does(alice, { type: "store" });
    const [message] = await until(() => wechat.messages.delivered.length === 1 && wechat.messages.delivered);
    equal(message?.openid, ALICE.openid);
    equal(message?.url, `${here.program.url}/c/cab`);
    const { character_string1: cell, thing2: place, character_string3: code = "", time4: time = "" } =
      message?.data ?? {};
    deepEqual([cell, place], [String(stored["cell"]), "大堂 A"]);
    match(code, /^\d{8}$/);
    match(time, /^20\d\d-\d\d-\d\d \d\d:\d\d$/);
    equal((await does(bob, { type: "pickup", code }))["state"], "opened");
    const [, picked] = await until(() => wechat.messages.delivered.length === 2 && wechat.messages.delivered);
    deepEqual([picked?.openid, picked?.template], [ALICE.openid, "TPicked"]);
    // Bob, who does not follow the account, stores too: Bob gets no message, and none waits for them.
    await does(bob, { type: "store" });
    await until(() => here.program.err.some((line) => line.includes("is dropped")));
    equal(wechat.messages.delivered.filter(({ openid }) => openid === BOB.openid).length, 0);
  },
);

awayTest("a notice whose answer got lost arrives once, however often it is sent", async (here) => {
  const { wechat, program } = here;
  wechat.followers.add(ALICE.openid);
  await using alice = await pageOf("alice", here);
  wechat.faults.put({ kind: "closed", isDone: true }, { path: PATHS.template, times: 2 });
  await does(alice, { type: "store" });
  const sends = () => wechat.calls.to(PATHS.template);
  await until(() => sends().length >= 3, { deadlineMs: 60_000, saw: () => [sends(), program.err] });
  await until(() => sends().at(-1)?.errcode === 0);
  equal(wechat.messages.delivered.length, 1);
});
