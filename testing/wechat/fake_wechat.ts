import { type Call, CallLog } from "./api/call_log.ts";
import { Clock } from "./clock.ts";
import { createHandler } from "./api/handlers.ts";
import { Events } from "./events.ts";
import { json, type Outcome, type WechatAnswer, type WechatRequest } from "./exchange.ts";
import { Faults, isLostAnswer, lostAnswer, spoilAnswer } from "./faults.ts";
import { GlobalTokens } from "./api/global_tokens.ts";
import { HttpServer } from "./http_server.ts";
import { type JsConfig, JsSdk } from "./api/js_sdk.ts";
import { MiniProgram } from "./api/mini_program.ts";
import { PageLogin } from "./api/page_login.ts";
import type { AppKeys, Person, SharedState } from "./people.ts";
import { push, pushUntilAnswered, verifyUrl } from "./api/pusher.ts";
import { QrCodes } from "./api/qr_codes.ts";
import { Refusal } from "./refusal.ts";
import { TemplateMessages } from "./api/template_messages.ts";

/** The options of a fake WeChat. */
export interface FakeWechatOptions extends AppKeys {
  /** The account's mini program. @default none */
  readonly mini?: AppKeys;
  /** @default {0} a free port */
  readonly port?: number;
}

/**
 * The tests' own WeChat: both of its hosts on one port, written from WeChat's documentation and not from the code that
 * calls it. It refuses what WeChat refuses, with WeChat's texts, and is stricter where WeChat ignores mistakes.
 */
export class FakeWechat implements AsyncDisposable {
  /** People by the names in the user agents of their phones, see `userAgentOf`. */
  readonly people = new Map<string, Person>();
  /** The openids of the account's followers. */
  readonly followers = new Set<string>();
  /** The host names that are registered for the account's pages. */
  readonly domains = new Set(["127.0.0.1", "localhost"]);
  readonly calls = new CallLog();
  readonly faults = new Faults();
  readonly tokens: GlobalTokens;
  readonly messages: TemplateMessages;
  readonly qrCodes: QrCodes;
  /** Makes the events for pushes. */
  readonly events: Events;
  /** Pushes to the service, by the functions of `pusher.ts`. */
  readonly push: typeof push = push;
  readonly pushUntilAnswered: typeof pushUntilAnswered = pushUntilAnswered;
  readonly verifyUrl: typeof verifyUrl = verifyUrl;
  readonly #clock = new Clock();
  readonly #jsSdk: JsSdk;
  readonly #mini: MiniProgram;
  readonly #handle: (request: WechatRequest) => WechatAnswer;
  readonly #ended = new AbortController();
  #server: HttpServer | undefined;

  private constructor({ appId, appSecret, mini }: FakeWechatOptions) {
    const { people, followers, domains } = this;
    const shared: SharedState = { app: { appId, appSecret }, people, followers, domains, clock: this.#clock };
    this.tokens = new GlobalTokens(shared);
    this.messages = new TemplateMessages(shared, this.tokens);
    this.qrCodes = new QrCodes(this.tokens);
    this.events = new Events(shared, this.qrCodes);
    this.#jsSdk = new JsSdk(shared, this.tokens);
    this.#mini = new MiniProgram(mini, shared);
    this.#handle = createHandler({
      login: new PageLogin(shared),
      tokens: this.tokens,
      jsSdk: this.#jsSdk,
      messages: this.messages,
      qrCodes: this.qrCodes,
      mini: this.#mini,
    });
  }

  static async start(options: FakeWechatOptions): Promise<FakeWechat> {
    const wechat = new FakeWechat(options);
    wechat.#server = await HttpServer.start(options.port ?? 0, {
      answer: (request) => wechat.#answer(request),
      done: () => wechat.calls.end(),
    });
    return wechat;
  }

  /** The origin of both of WeChat's hosts. */
  get url(): string {
    return `http://127.0.0.1:${this.#server?.port}`;
  }

  /** Lets codes, tokens, tickets and message ids grow older; pushes still have the current time. */
  age(ms: number): void {
    this.#clock.pass(ms);
  }

  /** The code that `wx.login` returns on that person's phone. */
  miniCode(person: Person): string {
    return this.#mini.code(person);
  }

  /** The result of `wx.config` on the page with that address: `config:ok`, or an error. */
  verifyJsConfig(config: JsConfig, pageUrl: string): string {
    return this.#jsSdk.verify(config, pageUrl);
  }

  /** A script in place of `jweixin-1.6.0.js`; its head says what a test can set. */
  jweixinScript(): string {
    return Deno.readTextFileSync(new URL("jweixin.js", import.meta.url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #answer(request: WechatRequest): Promise<Outcome> {
    const call = this.calls.begin(request);
    const fault = this.faults.meet(request.path);
    if (fault === undefined) return this.#serve(request, call);
    if (!isLostAnswer(fault)) return await spoilAnswer(fault, this.#serve(request, call), this.#ended.signal);
    if (fault.isDone) this.#serve(request, call);
    return lostAnswer(fault, request.path);
  }

  #serve(request: WechatRequest, call: Call): WechatAnswer {
    try {
      const answer = this.#handle(request);
      call.errcode = answer.type.startsWith("text/html") ? undefined : 0;
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const refusal = error.toJson(request.path);
      call.errcode = refusal.errcode;
      return json(request.path, refusal);
    }
  }
}
