/** A socket's events for a mini program. */
type Listener = (event: { data?: unknown }) => void;

/** The socket of `wx.connectSocket`, over a real one. */
export class SocketTask implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  readonly #onClose: Listener[] = [];
  readonly #sent: (text: string) => void;

  constructor(
    { url, header = {} }: { url: string; header?: Record<string, string> },
    { sent, gone }: { sent: (text: string) => void; gone: (task: SocketTask) => void },
  ) {
    // Phones send this origin for every mini program.
    const headers = { origin: "https://servicewechat.com", ...header };
    this.#socket = new WebSocket(url, { headers });
    this.#sent = sent;
    this.#socket.addEventListener("close", () => {
      gone(this);
      this.#closed.resolve();
    });
  }

  onOpen(listener: Listener): void {
    this.#socket.addEventListener("open", () => listener({}));
  }

  onMessage(listener: Listener): void {
    this.#socket.addEventListener("message", ({ data }) => listener({ data }));
  }

  onError(listener: Listener): void {
    this.#socket.addEventListener("error", () => listener({}));
  }

  onClose(listener: Listener): void {
    this.#onClose.push(listener);
    this.#socket.addEventListener("close", () => listener({}));
  }

  send({ data, fail }: { data: string; fail: () => void }): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return fail();
    this.#sent(data);
    this.#socket.send(data);
  }

  close(): void {
    this.#socket.close();
  }

  /** Reports the close before the other end has closed, as WeChat does in the background. */
  cut(): void {
    for (const listener of this.#onClose) listener({});
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#closed.promise;
  }
}
