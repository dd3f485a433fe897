// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import { PERSON } from "../../lib/limits.ts";

/** A peer that is silent for this long is sent a ping, and has as long again to answer. */
const ASK_MS = PERSON.idleTimeoutSeconds * 1000 / 2;

/** When a peer was heard and asked. */
interface PeerLiveness {
  heardAt: number;
  /** When a ping was sent since it was last heard. */
  askedAt: number | undefined;
  /** Whether the time for its answer was over at the last check. */
  isOverdue: boolean;
}

/** Finds and ends WebSockets whose peers are gone without having closed them. */
export class WebSocketHeartbeats {
  readonly #now: () => number;
  readonly #sockets = new Map<WebSocket, PeerLiveness>();

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Pings the peer while it is silent, until the socket is closed. */
  watch(socket: WebSocket): void {
    const liveness: PeerLiveness = { heardAt: this.#now(), askedAt: undefined, isOverdue: false };
    const heard = () => {
      liveness.heardAt = this.#now();
      liveness.askedAt = undefined;
      liveness.isOverdue = false;
    };
    this.#sockets.set(socket, liveness);
    socket.on("message", heard);
    socket.on("pong", heard);
    socket.on("ping", heard);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /**
   * Pings silent peers, and ends the sockets of those that have not answered. An answer is waited for until the check after its
   * time is over: when the program stood still, answers lie unread in the sockets, and are read between two checks.
   */
  check(): void {
    const now = this.#now();
    for (const [socket, liveness] of this.#sockets) {
      if (liveness.askedAt === undefined) {
        if (now - liveness.heardAt < ASK_MS) continue;
        liveness.askedAt = now;
        socket.ping();
      } else if (now - liveness.askedAt >= ASK_MS) {
        if (liveness.isOverdue) socket.terminate();
        liveness.isOverdue = true;
      }
    }
  }
}
