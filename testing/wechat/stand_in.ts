/**
 * The tests' own WeChat: both of its hosts on one port of this machine, written from WeChat's documentation and not
 * from the code that talks to it. It refuses what WeChat refuses, in WeChat's words, and is stricter where WeChat
 * overlooks things.
 *
 * @module
 */
import { type Call, Calls } from "./api/calls.ts";
import { Clock } from "./clock.ts";
import { openDesks } from "./api/desks.ts";
import { Events } from "./events.ts";
import { type Answered, type Asked, json, type Outcome } from "./exchange.ts";
import { Faults, isLoss, lost, spoilt } from "./faults.ts";
import { GlobalTokens } from "./api/global_tokens.ts";
import { HttpServer } from "./http_server.ts";
import { type JsConfig, JsSdk } from "./api/js_sdk.ts";
import { MiniProgram } from "./api/mini_program.ts";
import { PageLogin } from "./api/page_login.ts";
import type { AppKeys, Ground, Person } from "./people.ts";
import { push, pushUntilAnswered, verifyUrl } from "./api/pusher.ts";
import { QrCodes } from "./api/qr_codes.ts";
import { Refusal } from "./refusal.ts";
import { TemplateMessages } from "./api/template_messages.ts";

/** How a stand-in is started. */
export interface StandInOptions extends AppKeys {
  /** The mini program that belongs to it. */
  readonly mini?: AppKeys;
  /** @default {0} a free one */
  readonly port?: number;
}

/** See the module. */
export class StandIn implements AsyncDisposable {
  /** People by the names that stand in the user agents of their phones, see `userAgentOf`. */
  readonly people = new Map<string, Person>();
  /** Openids of those who follow the account. */
  readonly followers = new Set<string>();
  /** Host names at which the account's pages are known. */
  readonly domains = new Set(["127.0.0.1", "localhost"]);
  readonly calls = new Calls();
  readonly faults = new Faults();
  readonly tokens: GlobalTokens;
  readonly messages: TemplateMessages;
  readonly qrCodes: QrCodes;
  /** Makes what is to be pushed. */
  readonly events: Events;
  /** Pushing to the service, as functions of `pusher.ts`. */
  readonly push: typeof push = push;
  readonly pushUntilAnswered: typeof pushUntilAnswered = pushUntilAnswered;
  readonly verifyUrl: typeof verifyUrl = verifyUrl;
  readonly #clock = new Clock();
  readonly #jsSdk: JsSdk;
  readonly #mini: MiniProgram;
  readonly #desks: (asked: Asked) => Answered;
  readonly #ended = new AbortController();
  #server: HttpServer | undefined;

  private constructor({ appId, appSecret, mini }: StandInOptions) {
    const { people, followers, domains } = this;
    const ground: Ground = { app: { appId, appSecret }, people, followers, domains, clock: this.#clock };
    this.tokens = new GlobalTokens(ground);
    this.messages = new TemplateMessages(ground, this.tokens);
    this.qrCodes = new QrCodes(this.tokens);
    this.events = new Events(ground, this.qrCodes);
    this.#jsSdk = new JsSdk(ground, this.tokens);
    this.#mini = new MiniProgram(mini, ground);
    this.#desks = openDesks({
      login: new PageLogin(ground),
      tokens: this.tokens,
      jsSdk: this.#jsSdk,
      messages: this.messages,
      qrCodes: this.qrCodes,
      mini: this.#mini,
    });
  }

  static async start(options: StandInOptions): Promise<StandIn> {
    const standIn = new StandIn(options);
    standIn.#server = await HttpServer.start(options.port ?? 0, {
      answer: (asked) => standIn.#answer(asked),
      done: () => standIn.calls.end(),
    });
    return standIn;
  }

  /** Where both of WeChat's hosts are, without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${this.#server?.port}`;
  }

  /** Lets what was given out (codes, tokens, tickets, ids of messages) grow older; pushes are still of now. */
  age(ms: number): void {
    this.#clock.pass(ms);
  }

  /** What `wx.login` gives to the mini program on that person's phone. */
  miniCode(person: Person): string {
    return this.#mini.code(person);
  }

  /** What `wx.config` comes to on a page of that address: `config:ok`, or why not. */
  verifyJsConfig(config: JsConfig, pageUrl: string): string {
    return this.#jsSdk.verify(config, pageUrl);
  }

  /** A script in the place of `jweixin-1.6.0.js`; what a test can tell it stands at its head. */
  jweixinScript(): string {
    return Deno.readTextFileSync(new URL("jweixin.js", import.meta.url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #answer(asked: Asked): Promise<Outcome> {
    const call = this.calls.begin(asked);
    const fault = this.faults.meet(asked.path);
    if (fault === undefined) return this.#serve(asked, call);
    if (!isLoss(fault)) return await spoilt(fault, this.#serve(asked, call), this.#ended.signal);
    if (fault.isDone) this.#serve(asked, call);
    return lost(fault, asked.path);
  }

  #serve(asked: Asked, call: Call): Answered {
    try {
      const answered = this.#desks(asked);
      call.errcode = answered.type.startsWith("text/html") ? undefined : 0;
      return answered;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const refusal = error.toJson(asked.path);
      call.errcode = refusal.errcode;
      return json(asked.path, refusal);
    }
  }
}
