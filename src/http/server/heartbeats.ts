// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import { PERSON } from "../../lib/limits.ts";

/** A peer that says nothing for so long is asked, and has as long to answer. */
const ASK_MS = PERSON.idleTimeoutSeconds * 1000 / 2;

/** What is known of a peer. */
interface PeerLiveness {
  heardAt: number;
  /** When it was asked, since it was last heard. */
  askedAt: number | undefined;
  /** Whether its time to answer was over at the look before. */
  isOverdue: boolean;
}

/** Finds out which peers of WebSockets are gone without having closed them. */
export class WebSocketHeartbeats {
  readonly #now: () => number;
  readonly #sockets = new Map<WebSocket, PeerLiveness>();

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Watches over the socket until it is closed. */
  watch(socket: WebSocket): void {
    const pulse: PeerLiveness = { heardAt: this.#now(), askedAt: undefined, isOverdue: false };
    const heard = () => {
      pulse.heardAt = this.#now();
      pulse.askedAt = undefined;
      pulse.isOverdue = false;
    };
    this.#sockets.set(socket, pulse);
    socket.on("message", heard);
    socket.on("pong", heard);
    socket.on("ping", heard);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /**
   * Asks those that are silent, and ends those that have not answered. After a standstill of the program the answers lie in the
   * sockets: they are read between two looks.
   */
  look(): void {
    const now = this.#now();
    for (const [socket, pulse] of this.#sockets) {
      if (pulse.askedAt === undefined) {
        if (now - pulse.heardAt < ASK_MS) continue;
        pulse.askedAt = now;
        socket.ping();
      } else if (now - pulse.askedAt >= ASK_MS) {
        if (pulse.isOverdue) socket.terminate();
        pulse.isOverdue = true;
      }
    }
  }
}
