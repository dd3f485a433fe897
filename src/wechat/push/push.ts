import { createHash } from "node:crypto";
import { z } from "zod";
import { WECHAT } from "../../lib/limits.ts";
import { BadPushError, readXml } from "./xml.ts";

/** The fields of every message. */
export interface PushBase {
  /** The openid of the person that it is from or about. */
  readonly from: string;
  /** The official account; this id differs from the app's id. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The same for a message that WeChat sends again. */
  readonly id: string;
}

/** A message's content. `scene` is the text in the scanned code; `undefined`: there was none. */
type PushContent =
  | { readonly type: "subscribe"; readonly scene: string | undefined }
  | { readonly type: "scan"; readonly scene: string | undefined }
  | { readonly type: "unsubscribe" }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "other"; readonly what: string };

/** A message that WeChat pushes to the official account. */
export type Push = PushBase & PushContent;

const account = z.string().max(WECHAT.idCharactersMax).regex(/^[\w@.-]+$/);
const word = z.string().max(WECHAT.idCharactersMax).regex(/^\w+$/);
/** Some events have another value here, which is not needed. */
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
type PushFields = z.infer<typeof message>["xml"];

/** The prefix of a new follower's scene. Other keys, as after a payment, are not scenes. */
const SCENE_OF_NEW_FOLLOWER = /^qrscene_(.*)$/s;

/**
 * Reads a message.
 *
 * @throws {BadPushError} if the XML is not a message of WeChat's
 */
export function parsePush(xml: string): Push {
  const { success, data } = message.safeParse(readXml(xml));
  if (!success) throw new BadPushError("The message lacks fields that all of WeChat's have");
  const fields = data.xml;
  const base = {
    from: fields.FromUserName,
    to: fields.ToUserName,
    at: Number(fields.CreateTime) * 1000,
    id: createHash("sha256").update(JSON.stringify(fields)).digest("hex"),
  };
  return { ...base, ...contentOf(fields) };
}

function contentOf({ MsgType, Event, EventKey, Content }: PushFields): PushContent {
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
