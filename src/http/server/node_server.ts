import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from "@hono/node-server";
// @ts-types="@types/ws"
import { type ServerOptions, WebSocketServer } from "ws";
import type { RequestArrival } from "../request_arrival.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { HTTP } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";
import { PacedResponse } from "./answer.ts";
import type { HttpConnections, HttpTimes } from "./connections.ts";
import type { HandlerTurns } from "./handler_turns.ts";
import type { WebSocketHeartbeats } from "./heartbeats.ts";
import { ParserFeed } from "./parser_feed.ts";
import { RequestMessage } from "./request_message.ts";
import { isPlainTarget } from "./target.ts";

/** What a handler is told of a request: the peer's address, as `Deno.serve` gives it to `hono/deno`, and when it came. */
export interface RequestEnv {
  readonly remoteAddr: Deno.NetAddr;
  readonly arrival: RequestArrival;
}

/** Answers a request. */
export type Handler = (request: Request, env: RequestEnv) => Response | Promise<Response>;

/** What {@linkcode nodeServer} works with. */
export interface NodeServerOptions {
  readonly connections: HttpConnections;
  readonly heartbeats: WebSocketHeartbeats;
  readonly turns: HandlerTurns;
  readonly times: HttpTimes;
  /** The address that a request came from, which a proxy may give in a header. @default {the peer's} */
  readonly addressOf?: (incoming: IncomingMessage) => string;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** `ws` documents the options that its types do not know yet in version 8.23. */
const WEB_SOCKETS:
  & ServerOptions
  & Record<"maxFragments" | "maxBufferedChunks" | "maxPendingAutoPongs" | "closeTimeout", number> = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: HTTP.messageBytesMax,
    maxFragments: HTTP.fragmentsMax,
    maxBufferedChunks: HTTP.fragmentsMax,
    maxPendingAutoPongs: HTTP.pongsMax,
    closeTimeout: HTTP.closeMs,
  };

/**
 * The host of a request that names none, as HTTP/1.0 allows and balancers do in health checks. No page has it as its origin
 * (RFC 6761).
 */
const UNNAMED_HOST = "host.invalid";

/** What is answered to a path that has another spelling (RFC 9457). */
const OTHER_SPELLING = new TextEncoder().encode(JSON.stringify({
  type: "about:blank",
  title: "Bad Request",
  status: 400,
  detail: 'Write the path plainly: without "." and ".." parts, and with "%" only where it is needed',
  code: "bad-request",
}));

/** A server that does not listen yet, with the limits of requests and messages. */
export function nodeServer(handler: Handler, options: NodeServerOptions): Server {
  const { connections, turns, times, addressOf = peerOf, now } = options;
  const arrivals = new WeakMap<IncomingMessage, number>();
  const feeds = new WeakMap<Socket, ParserFeed>();
  const server = createAdaptorServer({
    fetch: (request, env) => {
      const incoming = env.incoming as IncomingMessage;
      const { socket } = incoming;
      // A request for a WebSocket waits for no other request of its connection: it came now.
      const isForSocket = !arrivals.has(incoming);
      const arrivedAt = arrivals.get(incoming) ?? now();
      const { blocks } = subscriberAt(addressOf(incoming));
      const agoMs = () => now() - arrivedAt;
      const run = (turn: RequestArrival["turn"]) => handler(request, withRequestEnv(env, { agoMs, turn }));
      const answer = turns.run({ blocks, socket }, run);
      return isForSocket ? connections.upgrading(socket, answer) : answer;
    },
    websocket: { server: webSocketServer(options) },
    hostname: UNNAMED_HOST,
    serverOptions: {
      maxHeaderSize: HTTP.headBytesMax,
      headersTimeout: times.headMs,
      requestTimeout: times.bodyMs,
      connectionsCheckingInterval: times.lookMs,
      keepAliveTimeout: times.idleMs,
      shouldUpgradeCallback: (incoming) =>
        isForWebSocket(incoming) && connections.mayUpgrade(incoming.socket),
      IncomingMessage: RequestMessage,
      ServerResponse: PacedResponse,
    },
  }) as Server<typeof RequestMessage, typeof PacedResponse>;
  // Node drops what is above that without a word: one more than allowed is kept, so that it is seen.
  server.maxHeadersCount = HTTP.headersMax + 1;
  const [answer] = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (incoming, outgoing) => {
    arrivals.set(incoming, feeds.get(incoming.socket)?.readAt ?? now());
    connections.begun(incoming, outgoing, () => {
      if (hasTooManyHeaders(incoming)) return void outgoing.writeHead(431, { connection: "close" }).end();
      if (!isPlainTarget(incoming.url ?? "")) return refuseTarget(outgoing);
      // It is answered as if no upgrade had been asked for, which a server may do (RFC 9110, section 7.8).
      delete incoming.headers.upgrade;
      answer?.(incoming, outgoing);
    });
  });
  server.on("checkExpectation", (incoming, outgoing) => {
    connections.begun(incoming, outgoing, () => outgoing.writeHead(417, { connection: "close" }).end());
  });
  server.on("connection", (socket) => {
    const { blocks } = subscriberAt(socket.remoteAddress ?? "");
    const feed = new ParserFeed(socket, {
      turn: (work) => turns.parse(blocks, work),
      forget: (work) => turns.forget(blocks, work),
      now,
    });
    feeds.set(socket, feed);
    connections.opened(socket, feed);
  });
  return server;
}

function peerOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? "";
}

/** The adapter's word for a `WebSocketServer`, which differs from that of `@types/ws` in an overload. */
type AdaptorWebSockets = NonNullable<Parameters<typeof createAdaptorServer>[0]["websocket"]>["server"];

function webSocketServer({ connections, heartbeats, now }: NodeServerOptions): AdaptorWebSockets {
  const server = new WebSocketServer(WEB_SOCKETS);
  server.on("connection", (webSocket, { socket }) => {
    connections.becameWebSocket(socket);
    const bytes = new TokenBucket(HTTP.socketBytes, now());
    socket.on("data", ({ length }) => {
      if (socket.destroyed || bytes.take(now(), length) >= 0) return;
      connections.sendsTooFast(socket);
      webSocket.terminate();
    });
    heartbeats.watch(webSocket);
    // Otherwise what comes until the peer answers that the socket is closed is still read, and thrown away.
    webSocket.on("error", () => webSocket.terminate());
  });
  return server as unknown as AdaptorWebSockets;
}

/** Whether the request is a sound one for a WebSocket; one for HTTP/2 or something else is not. */
function isForWebSocket(incoming: IncomingMessage): boolean {
  const { method, headers: { upgrade } } = incoming;
  return method === "GET" && upgrade?.toLowerCase() === "websocket" && !hasTooManyHeaders(incoming) &&
    isPlainTarget(incoming.url ?? "");
}

/** As the API refuses a bad request; people can read it, too. */
function refuseTarget(outgoing: ServerResponse): void {
  outgoing.writeHead(400, {
    "connection": "close",
    "content-type": "application/problem+json",
    "content-length": OTHER_SPELLING.length,
  });
  outgoing.end(OTHER_SPELLING);
}

function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > 2 * HTTP.headersMax;
}

/** The adapter looks for what it has put into `env`, so it has to be the same one. */
function withRequestEnv(env: HttpBindings | Http2Bindings, arrival: RequestArrival): RequestEnv {
  const { remoteAddress: hostname = "", remotePort: port = 0 } = env.incoming.socket;
  return Object.assign(env, { remoteAddr: { transport: "tcp", hostname, port } as const, arrival });
}
