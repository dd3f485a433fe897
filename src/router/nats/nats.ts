/**
 * The engine between programs: NATS carries the messages. A subject for each address, on which its owner listens, so
 * nobody keeps a directory; what is not sure to have been begun in time is not begun.
 *
 * @module
 */
import { ROUTER } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import { RequestClient } from "./request_client.ts";
import { Broker } from "./broker.ts";
import { NatsClaims } from "./claims.ts";
import { type Access, dialing } from "./dial.ts";
import { type PresenceMessage, readPresence } from "./messages.ts";
import { NatsEvents } from "./news.ts";
import { NatsPeers } from "./peers.ts";
import { RequestServer } from "./request_server.ts";
import { Subjects } from "./subjects.ts";
import type { Owner, RequestOptions } from "../router.ts";
import type { FleetUplink } from "../uplink.ts";

/** Who is connected, and where to. */
export interface NatsOptions {
  /** `nats://…` or `tls://…`, with `user:password@` or `token@` where it wants them; several with commas. */
  readonly url: string;
  /** All subjects begin with it: fleets that share a NATS have one each. @default {"kaigui"} */
  readonly prefix?: string;
  /** File of credentials, as `nsc` makes it. */
  readonly credentials?: string | undefined;
  /** File of the authority that vouches for the servers; unset: those that the system knows. */
  readonly authority?: string | undefined;
  /** The same for all isolates of the program, and for no other's. */
  readonly program: string;
  /** This isolate's own, never used before. */
  readonly isolate: string;
  /** Is told of what NATS, the network or another program did wrong; of what goes on and on, once. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward, on a clock of its own. */
  readonly now: () => number;
}

/** See the module. */
export class NatsUplink<Request, Progress, Reply, Event>
  implements FleetUplink<Request, Progress, Reply, Event> {
  readonly #options: NatsOptions;
  readonly #subjects: Subjects;
  readonly #broker: Broker;
  readonly #peers: NatsPeers;
  readonly #claims: NatsClaims<Request, Progress, Reply>;
  readonly #serving: RequestServer<Request, Progress, Reply>;
  readonly #asking: RequestClient<Request, Progress, Reply>;
  readonly #news: NatsEvents<Event>;
  readonly #hello: ReturnType<typeof setInterval>;
  #disposed: Promise<void> | undefined;

  private constructor(options: NatsOptions, access: Access) {
    const { program, isolate, failed, now } = options;
    this.#options = options;
    const subjects = this.#subjects = new Subjects(options.prefix ?? "kaigui");
    const broker = this.#broker = new Broker({
      dial: dialing(access),
      probe: subjects.probe(isolate),
      joined: () => this.#joined(),
      failed,
    });
    const common = { program, isolate, broker, subjects, now, failed };
    this.#peers = new NatsPeers({
      ...common,
      met: (again) => this.#met(again),
      missed: () => this.#news.missed(),
      gone: (isolate, isOther) => this.#gone(isolate, isOther),
    });
    const claims = this.#claims = new NatsClaims<Request, Progress, Reply>(common);
    this.#serving = new RequestServer({ ...common, claims, leftMs: (ask) => this.#peers.leftMs(ask) });
    this.#asking = new RequestClient({ ...common, heardOf: (isolate) => this.#peers.heardOf(isolate) });
    this.#news = new NatsEvents(common);
    broker.listen(subjects.hello, ({ bytes }) => this.#hear(bytes));
    this.#hello = setInterval(() => this.#look(), ROUTER.helloMs);
  }

  /**
   * Connects in the background, for ever.
   *
   * @throws {Error} if a file cannot be read
   * @throws {TypeError} if the URL is none
   */
  static async open<Request, Progress, Reply, Event>(
    options: NatsOptions,
  ): Promise<NatsUplink<Request, Progress, Reply, Event>> {
    const { url, credentials, authority } = options;
    return new NatsUplink(options, {
      name: options.isolate,
      url,
      credentials: credentials === undefined ? undefined : await Deno.readTextFile(credentials),
      authority: authority === undefined ? undefined : await Deno.readTextFile(authority),
    });
  }

  get connected(): boolean {
    return this.#broker.connected;
  }

  get peers(): number {
    return this.#peers.others;
  }

  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable {
    return this.#serving.serve(address, owner, epoch);
  }

  request(
    address: string,
    request: Request,
    options: RequestOptions<Progress> = {},
  ): Promise<Reply | undefined> {
    return this.#asking.request(address, request, options);
  }

  /** @throws {TypeError} if the event is not plain data */
  publish(address: string, event: Event): void {
    this.#news.publish(address, event);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    return this.#news.watch(address, listener, missed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#leave();
  }

  async #leave(): Promise<void> {
    clearInterval(this.#hello);
    this.#claims[Symbol.dispose]();
    this.#asking[Symbol.dispose]();
    this.#news[Symbol.dispose]();
    this.#say({ type: "bye", from: this.#options.isolate });
    await this.#broker[Symbol.asyncDispose]();
  }

  /** The network is there, or there again, or another server. Whatever was said before may be lost, and others know nothing of us. */
  #joined(): void {
    this.#peers.joined();
    this.#news.lost++;
    this.#sayHello();
    this.#claims.tellAll();
    this.#news.missed();
  }

  #met(again: boolean): void {
    // So that it need not wait for our next one.
    this.#sayHello();
    if (!again) return;
    this.#claims.tellAll();
    this.#news.missed();
  }

  #gone(isolate: string, isOther: boolean): void {
    this.#asking.gone(isolate);
    if (isOther) this.#news.missed();
  }

  #look(): void {
    this.#sayHello();
    this.#peers.look();
  }

  #sayHello(): void {
    const { program, isolate, now } = this.#options;
    this.#say({ type: "hello", from: isolate, program, at: now(), lost: this.#news.lost });
  }

  #say(presence: PresenceMessage): void {
    this.#broker.send(this.#subjects.hello, encode(presence));
  }

  #hear(bytes: Uint8Array): void {
    const presence = readPresence(bytes);
    if (presence) this.#peers.hear(presence);
  }
}
