import { ROUTER } from "../../lib/limits.ts";
import { encode } from "../codec.ts";
import { RequestClient } from "./request_client.ts";
import { Broker } from "./broker.ts";
import { NatsClaims } from "./claims.ts";
import { createDial, type NatsAccess } from "./dial.ts";
import { type PresenceMessage, readPresence } from "./messages.ts";
import { NatsEvents } from "./events.ts";
import { NatsPeers } from "./peers.ts";
import { RequestServer } from "./request_server.ts";
import { Subjects } from "./subjects.ts";
import type { Owner, RequestOptions } from "../router.ts";
import type { FleetUplink } from "../uplink.ts";

/** Where NATS is, and the credentials for it. */
export interface NatsServers {
  /** `nats://…` or `tls://…`, with `user:password@` or `token@` where a server wants them; several with commas. */
  readonly url: string;
  /** All subjects begin with it: fleets that share servers have one each. @default {"kaigui"} */
  readonly prefix?: string;
  /** Path of a credentials file, as `nsc` makes it. */
  readonly credentials?: string | undefined;
  /** Path of the certificates of the authority that signed the servers'; unset: those that the system trusts. */
  readonly authority?: string | undefined;
}

/** The servers, and this isolate. */
export interface NatsOptions extends NatsServers {
  /** Name of the program, the same for all of its isolates. */
  readonly program: string;
  /** Name of this isolate, which no isolate had before. */
  readonly isolate: string;
  /** Is told of failures of NATS, the network or another program; of one that repeats, once. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward, on any clock. */
  readonly now: () => number;
}

/**
 * The uplink over NATS. Each address has a subject to which its owner subscribes, so no program keeps a directory. A
 * request that may have come too late is not begun.
 */
export class NatsUplink<Request, Progress, Reply, Event>
  implements FleetUplink<Request, Progress, Reply, Event> {
  readonly #options: NatsOptions;
  readonly #subjects: Subjects;
  readonly #broker: Broker;
  readonly #peers: NatsPeers;
  readonly #claims: NatsClaims<Request, Progress, Reply>;
  readonly #server: RequestServer<Request, Progress, Reply>;
  readonly #client: RequestClient<Request, Progress, Reply>;
  readonly #events: NatsEvents<Event>;
  readonly #helloTimer: ReturnType<typeof setInterval>;
  #disposed: Promise<void> | undefined;

  private constructor(options: NatsOptions, access: NatsAccess) {
    const { program, isolate, failed, now } = options;
    this.#options = options;
    const subjects = this.#subjects = new Subjects(options.prefix ?? "kaigui");
    const broker = this.#broker = new Broker({
      dial: createDial(access),
      probe: subjects.probe(isolate),
      joined: () => this.#joined(),
      failed,
    });
    const common = { program, isolate, broker, subjects, now, failed };
    this.#peers = new NatsPeers({
      ...common,
      found: (again) => this.#found(again),
      missed: () => this.#events.notifyMissed(),
      gone: (isolate, isOther) => this.#gone(isolate, isOther),
    });
    const claims = this.#claims = new NatsClaims<Request, Progress, Reply>(common);
    this.#server = new RequestServer({
      ...common,
      claims,
      leftMs: (message) => this.#peers.leftMs(message),
    });
    this.#client = new RequestClient({
      ...common,
      noteContact: (isolate) => this.#peers.noteContact(isolate),
    });
    this.#events = new NatsEvents(common);
    broker.listen(subjects.hello, ({ bytes }) => this.#receive(bytes));
    this.#helloTimer = setInterval(() => {
      this.#sendHello();
      this.#peers.removeSilent();
    }, ROUTER.helloMs);
  }

  /**
   * Connects in the background, again and again until disposed of.
   *
   * @throws {Error} if a file cannot be read
   * @throws {TypeError} if the URL is not valid
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
    return this.#server.serve(address, owner, epoch);
  }

  request(
    address: string,
    request: Request,
    options: RequestOptions<Progress> = {},
  ): Promise<Reply | undefined> {
    return this.#client.request(address, request, options);
  }

  /** @throws {TypeError} if the event is not plain data */
  publish(address: string, event: Event): void {
    this.#events.publish(address, event);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    return this.#events.watch(address, listener, missed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposed ??= this.#leave();
  }

  async #leave(): Promise<void> {
    clearInterval(this.#helloTimer);
    this.#claims[Symbol.dispose]();
    this.#client[Symbol.dispose]();
    this.#events[Symbol.dispose]();
    this.#send({ type: "bye", from: this.#options.isolate });
    await this.#broker[Symbol.asyncDispose]();
  }

  /** All messages before may be lost, in both directions, and other isolates may not know this one. */
  #joined(): void {
    this.#peers.resetSilence();
    this.#events.lost++;
    this.#sendHello();
    this.#claims.announceAll();
    this.#events.notifyMissed();
  }

  #found(again: boolean): void {
    // So that the peer need not wait for the next one.
    this.#sendHello();
    if (!again) return;
    this.#claims.announceAll();
    this.#events.notifyMissed();
  }

  #gone(isolate: string, isOther: boolean): void {
    this.#client.isolateGone(isolate);
    if (isOther) this.#events.notifyMissed();
  }

  #sendHello(): void {
    const { program, isolate, now } = this.#options;
    this.#send({ type: "hello", from: isolate, program, at: now(), lost: this.#events.lost });
  }

  #send(presence: PresenceMessage): void {
    this.#broker.send(this.#subjects.hello, encode(presence));
  }

  #receive(bytes: Uint8Array): void {
    const presence = readPresence(bytes);
    if (presence) this.#peers.receive(presence);
  }
}
