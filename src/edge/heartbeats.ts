// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import { PERSON } from "../limits.ts";

/** A peer that says nothing is asked after half of the time after which it is gone. */
const IDLE_MS = PERSON.idleTimeoutSeconds * 1000;
const ASK_MS = IDLE_MS / 2;

/** Finds out which peers of WebSockets are gone without having closed them. */
export class Heartbeats {
  readonly #now: () => number;
  readonly #sockets = new Map<WebSocket, { heardAt: number; isAsked: boolean }>();

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Watches over the socket until it is closed. */
  watch(socket: WebSocket): void {
    const state = { heardAt: this.#now(), isAsked: false };
    const heard = () => {
      state.heardAt = this.#now();
      state.isAsked = false;
    };
    this.#sockets.set(socket, state);
    socket.on("message", heard);
    socket.on("pong", heard);
    socket.on("ping", heard);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Asks those that are silent, and ends those that have not answered. */
  look(): void {
    const now = this.#now();
    for (const [socket, state] of this.#sockets) {
      const silentMs = now - state.heardAt;
      if (silentMs >= IDLE_MS) socket.terminate();
      else if (silentMs >= ASK_MS && !state.isAsked) {
        state.isAsked = true;
        socket.ping();
      }
    }
  }
}
