/**
 * What happens between a person and the account, as WeChat words it to the service.
 *
 * @module
 */
import type { Ground, Person } from "./people.ts";
import type { QrCodes } from "./api/qr_codes.ts";
import { randomName } from "./random.ts";
import type { Fields } from "./api/xml.ts";

/** A message for the service. Another `CreateTime` is had by `{...event, CreateTime: 1}`. */
export interface PushedEvent extends Fields {
  readonly ToUserName: string;
  readonly FromUserName: string;
  /** In s since 1970. */
  readonly CreateTime: number;
  readonly MsgType: "event" | "text";
}

/** The account's own id, which is not its app's. */
const ACCOUNT = "gh_5tand1n00001";

/** Makes events; who follows and who does not any more is noted at once. */
export class Events {
  readonly #ground: Ground;
  readonly #qrCodes: QrCodes;
  readonly #lastAt = new Map<string, number>();
  #messageId = 24_000_000_000_000_000n;

  constructor(ground: Ground, qrCodes: QrCodes) {
    this.#ground = ground;
    this.#qrCodes = qrCodes;
  }

  /** The person follows from now on; with a scene: by its QR code. */
  subscribe(person: Person, scene?: string): PushedEvent {
    this.#ground.followers.add(person.openid);
    if (scene === undefined) return this.#event(person, { Event: "subscribe", EventKey: "" });
    return this.#event(person, {
      Event: "subscribe",
      EventKey: `qrscene_${scene}`,
      Ticket: this.#ticket(scene),
    });
  }

  /** The person follows from now on, asked to after a payment with WeChat. */
  subscribePaying(person: Person): PushedEvent {
    this.#ground.followers.add(person.openid);
    const payment = `40080${String(++this.#messageId)}`;
    return this.#event(person, { Event: "subscribe", EventKey: `last_trade_no_${payment}` });
  }

  /** A follower scans the QR code of a scene. */
  scan(person: Person, scene: string): PushedEvent {
    if (!this.#ground.followers.has(person.openid)) {
      throw new Error(`${person.name} does not follow: scanning makes a subscribe event`);
    }
    return this.#event(person, { Event: "SCAN", EventKey: scene, Ticket: this.#ticket(scene) });
  }

  /** The person does not follow any more. */
  unsubscribe(person: Person): PushedEvent {
    this.#ground.followers.delete(person.openid);
    return this.#event(person, { Event: "unsubscribe", EventKey: "" });
  }

  /** The person writes to the account. */
  text(person: Person, content: string): PushedEvent {
    return { ...this.#head(person), MsgType: "text", Content: content, MsgId: ++this.#messageId };
  }

  #event(person: Person, fields: Fields): PushedEvent {
    return { ...this.#head(person), MsgType: "event", ...fields };
  }

  /** Services tell doubles by person and second, so each event of a person has a second of its own. */
  #head({ openid }: Person) {
    const now = Math.floor(Date.now() / 1000);
    const at = Math.max(now, (this.#lastAt.get(openid) ?? 0) + 1);
    this.#lastAt.set(openid, at);
    return { ToUserName: ACCOUNT, FromUserName: openid, CreateTime: at };
  }

  #ticket(scene: string): string {
    return this.#qrCodes.ticket(scene) ?? `gQ${randomName(92)}==`;
  }
}
