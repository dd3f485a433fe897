/**
 * A person's page: its cookie and its socket.
 *
 * @module
 */
import { until } from "./until.ts";

/** What a proxy adds that has the request from there; nothing, where none is in between. */
function forwardedFor(from: string | undefined): Record<string, string> {
  return from === undefined ? {} : { "x-forwarded-for": from };
}

/**
 * The session cookie of a new guest.
 *
 * @param from the address that a trusted proxy says the guest has
 */
export async function guestCookie(
  program: { url: string },
  cabinet: string,
  from?: string,
): Promise<string> {
  const response = await fetch(`${program.url}/c/${cabinet}`, { headers: forwardedFor(from) });
  await response.body?.cancel();
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** A message from the server, loosely typed: suites say what they expect of it. */
// deno-lint-ignore no-explicit-any
export type Message = Record<string, any>;

/** How many of a page's last messages a wait shows that was in vain. */
const MESSAGES_SHOWN = 20;

/** A person's socket. */
export class Page implements AsyncDisposable {
  readonly messages: Message[] = [];
  /** Hears each message as it comes. */
  heard: (message: Message) => void = () => {};
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<CloseEvent>();
  #closedBy: CloseEvent | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.messages.push(message);
      this.heard(message);
    };
    socket.onclose = (event) => {
      this.#closedBy = event;
      this.#closed.resolve(event);
    };
  }

  /**
   * Connects and waits for the welcome.
   *
   * @param from the address that a trusted proxy says the person has
   */
  static async open(
    program: { url: string },
    cabinet: string,
    cookie: string,
    from?: string,
  ): Promise<Page> {
    const url = `${program.url.replace("http", "ws")}/ws?cabinet=${cabinet}`;
    const page = new Page(new WebSocket(url, { headers: { cookie, ...forwardedFor(from) } }));
    const welcomed = Promise.withResolvers<void>();
    page.heard = ({ type }) => type === "welcome" && welcomed.resolve();
    await Promise.race([page.closed, welcomed.promise]);
    page.heard = () => {};
    if (page.#closedBy) throw new Error(`The socket on ${cabinet} was closed before the welcome`);
    return page;
  }

  /** Resolves when the server has closed the socket. */
  get closed(): Promise<CloseEvent> {
    return this.#closed.promise;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Taps a cell and returns the tap's id. */
  tap(cell: number, id: string = crypto.randomUUID()): string {
    this.send({ type: "open", id, cell });
    return id;
  }

  /**
   * The first message that the test accepts, waiting for it.
   *
   * @throws {Error} if the socket is closed before it comes
   */
  until(test: (message: Message) => boolean, deadlineMs = 30_000): Promise<Message> {
    const saw = () => this.messages.slice(-MESSAGES_SHOWN);
    return until(() => {
      const message = this.messages.find(test);
      if (message || !this.#closedBy) return message;
      const { code, reason } = this.#closedBy;
      throw new Error(`The socket was closed with ${code} ${reason}; saw ${Deno.inspect(saw())}`);
    }, { deadlineMs, saw });
  }

  /** How the tap ended: its final message, or the error that it was refused with. */
  outcome(id: string): Promise<Message> {
    return this.until((message) =>
      message["id"] === id && (message["type"] === "error" ||
        message["type"] === "command" && !["requested", "sent"].includes(message["state"]))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) {
      this.#socket.close();
      await this.#closed.promise;
    }
  }
}
