/**
 * What WeChat's server tells the official account, once it is known to be from WeChat.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { WECHAT } from "../../lib/limits.ts";
import { BadPushError } from "./bad_push_error.ts";
import { readXml } from "./xml.ts";

/** What all messages have. */
export interface PushBase {
  /** Who it is about, or from: an openid. */
  readonly from: string;
  /** The account, by another id than its app's. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Stands for the message: what WeChat sends again has the same. */
  readonly id: string;
}

/** What it says. `scene` stands in the code that was scanned; `undefined`: there was none. */
type What =
  | { readonly type: "subscribe"; readonly scene: string | undefined }
  | { readonly type: "scan"; readonly scene: string | undefined }
  | { readonly type: "unsubscribe" }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "other"; readonly what: string };

/** A message. */
export type Push = PushBase & What;

const account = z.string().max(WECHAT.idCharactersMax).regex(/^[\w@.-]+$/);
const word = z.string().max(WECHAT.idCharactersMax).regex(/^\w+$/);
/** Some events have something else there, which nobody asks for. */
const words = z.string().catch("");

const message = z.object({
  xml: z.object({
    ToUserName: account,
    FromUserName: account,
    CreateTime: z.string().regex(/^\d{1,12}$/),
    MsgType: word,
    MsgId: words,
    Event: word.optional(),
    EventKey: words,
    Content: words,
  }),
});
type Fields = z.infer<typeof message>["xml"];

/** What stands before a scene where a person begins to follow; what begins in another way, such as a payment, is none. */
const SCENE_OF_NEW_FOLLOWER = /^qrscene_(.*)$/s;

/**
 * Reads a message.
 *
 * @throws {BadPushError} if it is none
 */
export function parsePush(xml: string): Push {
  const { success, data } = message.safeParse(readXml(xml));
  if (!success) throw new BadPushError("The message lacks what all of WeChat's have");
  const fields = data.xml;
  const base = {
    from: fields.FromUserName,
    to: fields.ToUserName,
    at: Number(fields.CreateTime) * 1000,
    id: createHash("sha256").update(JSON.stringify(fields)).digest("hex"),
  };
  return { ...base, ...whatOf(fields) };
}

function whatOf({ MsgType, Event, EventKey, Content }: Fields): What {
  if (MsgType === "text") return { type: "text", text: Content };
  if (MsgType !== "event" || Event === undefined) return { type: "other", what: MsgType };
  switch (Event) {
    case "subscribe":
      return { type: "subscribe", scene: sceneOf(SCENE_OF_NEW_FOLLOWER.exec(EventKey)?.[1] ?? "") };
    case "SCAN":
      return { type: "scan", scene: sceneOf(EventKey) };
    case "unsubscribe":
      return { type: "unsubscribe" };
    default:
      return { type: "other", what: Event };
  }
}

function sceneOf(scene: string): string | undefined {
  return scene === "" || scene.length > WECHAT.idCharactersMax ? undefined : scene;
}
