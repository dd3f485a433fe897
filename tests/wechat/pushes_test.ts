/**
 * WeChat's pushes: accepted if WeChat signed them, answered in time, and refused with a reason in the log if not.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { WECHAT } from "../../src/lib/limits.ts";
import { query } from "../../testing/program.ts";
import {
  ALICE,
  APP,
  BOB,
  PUSH_TOKEN,
  refusals,
  scan,
  untilRefused,
  type WechatRig,
  wechatRig,
} from "../../testing/wechat_rig.ts";
import type { Push, PushOptions } from "../../testing/wechat/api/push_request.ts";

const AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const SAFE = { aesKey: AES_KEY, appId: APP.appId };
const ON = { token: PUSH_TOKEN } satisfies PushOptions;

function pushTest(
  name: string,
  body: (here: WechatRig, url: string) => Promise<void>,
  env: Record<string, string> = {},
) {
  Deno.test(name, async () => {
    await using stack = new AsyncDisposableStack();
    const here = await wechatRig(stack, { env, cabinet: { name: "Lobby <A> ]]>" } });
    await body(here, `${here.program.url}/wechat/push`);
  });
}

pushTest(
  "WeChat's verification of the server is answered, and an unsigned one is not",
  async (here, url) => {
    const { wechat } = here;
    const { status, body, echostr } = await wechat.verifyUrl(url, ON);
    deepEqual([status, body], [200, echostr]);
    equal((await wechat.verifyUrl(url, { token: "somebodyElse" })).status, 403);
    await untilRefused(here, "push", "forged");
  },
);

for (
  const [mode, name, env] of [["plain", "plain", {}], [SAFE, "safe", { WECHAT_AES_KEY: AES_KEY }]] as const
) {
  pushTest(
    `who scans a scene's code gets a card that opens the page, in ${name} mode`,
    async ({ wechat, program }, url) => {
      const push = async (event: Push & { event: unknown }) =>
        (await wechat.pushUntilAnswered(url, event)).answer;
      const subscribed = wechat.events.subscribe(ALICE, "cab");
      const first = await push({ ...ON, mode, event: subscribed });
      const second = await push({ ...ON, mode, event: wechat.events.scan(ALICE, "cab") });
      for (const answer of [first, second]) {
        const reply = JSON.stringify(answer?.reply);
        match(reply, /"MsgType":"news"/);
        match(reply, /Lobby <A> ]]>/);
        match(reply, new RegExp(`${program.url}/c/cab"`));
        match(reply, new RegExp(ALICE.openid));
      }
      // WeChat did not receive the answer: the same answer comes again, and nothing happens twice.
      const again = await push({ ...ON, mode, event: subscribed });
      match(JSON.stringify(again?.reply), /Lobby <A> ]]>/);
      const nowhere = await push({ ...ON, mode, event: wechat.events.subscribe(BOB, "nowhere") });
      match(JSON.stringify(nowhere?.reply), /"MsgType":"text".*not found/);
      for (const event of [wechat.events.subscribe(BOB), wechat.events.subscribePaying(BOB)]) {
        const welcome = await push({ ...ON, mode, event });
        match(JSON.stringify(welcome?.reply), /"MsgType":"text".*Scan the code on a cabinet/);
      }
      const hello = await push({ ...ON, mode, event: wechat.events.text(ALICE, "你好") });
      deepEqual([hello?.status, hello?.body, hello?.reply], [200, "success", undefined]);
    },
    env,
  );
}

pushTest("a person who unsubscribes is forgotten, and comes back as a new person", async (here, url) => {
  const { wechat, phone, folder } = here;
  wechat.events.subscribe(ALICE);
  await scan(phone("alice"), here);
  const [before] = query<{ id: string }>(folder, "select id from people");
  const event = wechat.events.unsubscribe(ALICE);
  for (const _ of [1, 2]) equal((await wechat.push(url, { ...ON, mode: "plain", event })).body, "success");
  deepEqual(query(folder, "select * from people"), []);
  deepEqual(query(folder, "select * from identities"), []);
  await scan(phone("alice"), here);
  const [after] = query<{ id: string }>(folder, "select id from people");
  equal(after !== undefined && after.id !== before?.id, true);
});

pushTest("a push that is forged, old or a replay is refused, and changes nothing", async (here, url) => {
  const { wechat, phone, folder } = here;
  wechat.events.subscribe(ALICE);
  await scan(phone("alice"), here);
  const leaves = () => ({ ...ON, mode: "plain" as const, event: wechat.events.unsubscribe(ALICE) });
  const status = async (forge: NonNullable<Push["forge"]>) =>
    (await wechat.push(url, { ...leaves(), forge })).status;
  equal(await status({ signature: "0".repeat(40) }), 403);
  equal(await status({ body: "<xml>" }), 403);
  await untilRefused(here, "push", "forged");
  const longAgo = String(Math.floor((Date.now() - WECHAT.pushAgeMs) / 1000) - 1);
  equal(await status({ timestamp: longAgo }), 403);
  await untilRefused(here, "push", "expired");
  const seen = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: "12345" };
  const text = { ...ON, mode: "plain" as const, event: wechat.events.text(ALICE, "hi"), forge: seen };
  equal((await wechat.push(url, text)).status, 200);
  equal((await wechat.push(url, text)).status, 200, "what WeChat sends again is taken");
  equal(await status(seen), 403, "the same signature with another message is not");
  await untilRefused(here, "push", "replayed");
  equal(query(folder, "select * from people").length, 1);
  equal(JSON.stringify(refusals(here.program)).includes(ALICE.openid), false);
});

pushTest(
  "with envelopes a message without one, or with another account's, is refused",
  async (here, url) => {
    const { wechat } = here;
    const event = wechat.events.text(ALICE, "hi");
    const wrong: Push[] = [
      { ...ON, mode: "plain", event },
      { ...ON, mode: { ...SAFE, aesKey: AES_KEY.replace("a", "b") }, event },
      { ...ON, mode: { ...SAFE, appId: "wx00000000000000ff" }, event },
      { ...ON, mode: SAFE, event, forge: { msgSignature: "0".repeat(40) } },
    ];
    for (const push of wrong) equal((await wechat.push(url, push)).status, 403);
    equal((await wechat.push(url, { ...ON, mode: SAFE, event })).status, 200);
  },
  { WECHAT_AES_KEY: AES_KEY },
);

pushTest(
  "a body that is too long is not read to its end, and an unsigned one not at all",
  async (here, url) => {
    const { wechat } = here;
    const event = wechat.events.text(ALICE, "x".repeat(WECHAT.pushBytesMax));
    equal((await wechat.push(url, { ...ON, mode: "plain", event })).status, 413);
    const answer = await fetch(url, { method: "POST", body: "x".repeat(WECHAT.pushBytesMax + 1) });
    equal(answer.status, 403);
    await answer.body?.cancel();
  },
);
