/**
 * Events between a person and the account, as WeChat pushes them to the service.
 *
 * @module
 */
import type { Person, SharedState } from "./people.ts";
import type { QrCodes } from "./api/qr_codes.ts";
import { randomName } from "./random.ts";
import type { Fields } from "./api/xml.ts";

/** A message for the service. `{...event, CreateTime: 1}` has another time. */
export interface PushedEvent extends Fields {
  readonly ToUserName: string;
  readonly FromUserName: string;
  /** In s since 1970. */
  readonly CreateTime: number;
  readonly MsgType: "event" | "text";
}

/** The account's own id, which differs from its app id. */
const ACCOUNT = "gh_5tand1n00001";

/** Makes events, and updates the account's followers. */
export class Events {
  readonly #shared: SharedState;
  readonly #qrCodes: QrCodes;
  readonly #lastAt = new Map<string, number>();
  #messageId = 24_000_000_000_000_000n;

  constructor(shared: SharedState, qrCodes: QrCodes) {
    this.#shared = shared;
    this.#qrCodes = qrCodes;
  }

  /** The person starts to follow; with a scene, by scanning its QR code. */
  subscribe(person: Person, scene?: string): PushedEvent {
    this.#shared.followers.add(person.openid);
    if (scene === undefined) return this.#event(person, { Event: "subscribe", EventKey: "" });
    return this.#event(person, {
      Event: "subscribe",
      EventKey: `qrscene_${scene}`,
      Ticket: this.#ticket(scene),
    });
  }

  /** The person starts to follow after a payment with WeChat. */
  subscribePaying(person: Person): PushedEvent {
    this.#shared.followers.add(person.openid);
    const payment = `40080${String(++this.#messageId)}`;
    return this.#event(person, { Event: "subscribe", EventKey: `last_trade_no_${payment}` });
  }

  /** A follower scans the QR code of a scene. */
  scan(person: Person, scene: string): PushedEvent {
    if (!this.#shared.followers.has(person.openid)) {
      throw new Error(`${person.name} does not follow: scanning makes a subscribe event`);
    }
    return this.#event(person, { Event: "SCAN", EventKey: scene, Ticket: this.#ticket(scene) });
  }

  /** The person stops following. */
  unsubscribe(person: Person): PushedEvent {
    this.#shared.followers.delete(person.openid);
    return this.#event(person, { Event: "unsubscribe", EventKey: "" });
  }

  /** The person writes to the account. */
  text(person: Person, content: string): PushedEvent {
    return { ...this.#head(person), MsgType: "text", Content: content, MsgId: ++this.#messageId };
  }

  #event(person: Person, fields: Fields): PushedEvent {
    return { ...this.#head(person), MsgType: "event", ...fields };
  }

  /** Services recognize repeated events by person and second, so each event of a person has a second of its own. */
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
