import { deepEqual, equal, match, throws } from "node:assert/strict";
import { ALICE, BOB, globalToken, type Json, post, started } from "../../testing/wechat/rig.ts";

const MINUTE_MS = 60_000;
const DATA = {
  character_string1: { value: "A-07" },
  thing2: { value: "一号楼大堂" },
  time3: { value: "2026年3月1日 08:30" },
};
const MESSAGE = { touser: "oAlice", template_id: "T1", url: "http://127.0.0.1/c/a", data: DATA };

async function rig() {
  const wechat = await started();
  wechat.followers.add(ALICE.openid);
  const path = `/cgi-bin/message/template/send?access_token=${await globalToken(wechat)}`;
  const send = (more: Record<string, unknown> = {}): Promise<Json> =>
    post(wechat, path, { ...MESSAGE, ...more });
  return { wechat, send, [Symbol.asyncDispose]: () => wechat[Symbol.asyncDispose]() };
}

Deno.test("template/send delivers to a follower", async () => {
  await using it = await rig();
  const { errcode, errmsg, msgid } = await it.send({ client_msg_id: "m1" });
  deepEqual([errcode, errmsg], [0, "ok"]);
  const [{ at: _, ...delivered } = { at: 0 }] = it.wechat.messages.delivered;
  deepEqual(delivered, {
    openid: "oAlice",
    template: "T1",
    url: MESSAGE.url,
    clientMsgId: "m1",
    data: { character_string1: "A-07", thing2: "一号楼大堂", time3: "2026年3月1日 08:30" },
    msgid,
  });
});

Deno.test("template/send delivers one message with an id in ten minutes", async () => {
  await using it = await rig();
  const first = await it.send({ client_msg_id: "m1" });
  deepEqual(await it.send({ client_msg_id: "m1" }), first);
  await it.send({ client_msg_id: "m2" });
  await it.send();
  equal(it.wechat.messages.delivered.length, 3);
  it.wechat.age(10 * MINUTE_MS);
  await it.send({ client_msg_id: "m1" });
  equal(it.wechat.messages.delivered.length, 4);
});

Deno.test("template/send refuses what WeChat refuses", async () => {
  await using it = await rig();
  for (
    const [more, errcode] of [
      [{ touser: "oNobody" }, 40003],
      [{ touser: BOB.openid }, 43004],
      [{ template_id: "T2" }, 40037],
      [{ url: "cabinet" }, 40066],
      [{ client_msg_id: "x".repeat(65) }, 45067],
      [{ page: "index" }, 40097],
      [{ data: {} }, 47003],
      [{ data: { ...DATA, thing9: { value: "x" } } }, 40097],
      [{ data: { ...DATA, thing2: { value: "" } } }, 47003],
      [{ data: { ...DATA, thing2: { value: 7 } } }, 47003],
      [{ data: { ...DATA, thing2: "x" } }, 47001],
    ] as const
  ) equal((await it.send(more))["errcode"], errcode, JSON.stringify(more));
  const { errmsg } = await it.send({ data: { ...DATA, thing2: { value: "x".repeat(21) } } });
  match(errmsg, /^argument invalid! data\.thing2\.value invalid rid: /);
  deepEqual(it.wechat.messages.delivered, []);
});

Deno.test("template/send takes the values that WeChat's table allows for each kind of keyword", async () => {
  await using it = await rig();
  throws(() => it.wechat.messages.addTemplate("T3", ["first"]), /no known kind/);
  for (
    const [keyword, good, bad] of [
      ["thing1", ["二十个字二十个字二十个字二十个字二十个字", "A-7 号柜"], ["a\nb", "x".repeat(21)]],
      ["number1", ["12", "3.5"], ["十二"]],
      ["letter1", ["Abc"], ["A1"]],
      ["character_string1", ["A-07/3"], ["七号", "x".repeat(33)]],
      ["time1", ["15:01", "2019年10月1日 15:01", "2019-10-01 15:01:02", "08:00~09:30"], [
        "今天",
        "2019年10月1日",
      ]],
      ["date1", ["2019年10月1日", "2019-10-01", "10月1日 15:01"], ["15:01", "soon"]],
      ["amount1", ["¥39.8", "12元"], ["free"]],
      ["phone_number1", ["+86-0766-66888866"], ["a1"]],
      ["car_number1", ["粤A8Z888挂"], ["粤A8Z888888挂"]],
      ["name1", ["王小明", "Wang Xiaoming"], ["王".repeat(11), "x".repeat(21)]],
      ["phrase1", ["配送中"], ["13笔", "超过五个汉字"]],
    ] as const
  ) {
    it.wechat.messages.addTemplate("T4", [keyword]);
    const errcode = async (value: string) =>
      (await it.send({ template_id: "T4", data: { [keyword]: { value } } }))["errcode"];
    for (const value of good) equal(await errcode(value), 0, `${keyword}: ${value}`);
    for (const value of bad) equal(await errcode(value), 47003, `${keyword}: ${value}`);
  }
});
