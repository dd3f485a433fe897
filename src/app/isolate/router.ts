import type { IsolateOptions } from "./options.ts";
import type { NatsOptions } from "../../router/nats/nats.ts";
import {
  BroadcastTransport,
  FleetRouter,
  LocalRouter,
  MeshRouter,
  type NatsUplink,
} from "../../router/mod.ts";
import type { CabinetEvent, CabinetReply, CabinetRequest, CabinetRouter } from "../../cabinet/requests.ts";
import type { SentProgress } from "../../cabinet/requests.ts";

/** What the router is made for. */
export interface RoutingOptions extends Pick<IsolateOptions, "program" | "name" | "isolates" | "nats"> {
  /** Is told of errors of a broker or a peer. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** A router and what can be seen of it. */
export interface Routing extends AsyncDisposable {
  /** Which way a request goes, as far as is known; `undefined`: the cabinet is offline. */
  readonly wayTo: (address: string) => "here" | "isolate" | "machine" | undefined;
  readonly router: CabinetRouter;
  readonly mesh: MeshRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent> | undefined;
  readonly uplink: NatsUplink<CabinetRequest, SentProgress, CabinetReply, CabinetEvent> | undefined;
}

/**
 * Makes the router of one isolate: between the isolates of the program, and between programs where there is NATS. It
 * works at once with the peers that are there, and with others once they are heard.
 *
 * @throws {Error} if a file of the settings cannot be read
 */
export async function openRouting(options: RoutingOptions): Promise<Routing> {
  const { program, name, isolates, nats, failed, now, wallClock } = options;
  const mesh = isolates > 1
    ? new MeshRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>(
      new BroadcastTransport(program, name),
      { now, wallClock },
    )
    : undefined;
  const near = mesh ?? new LocalRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>();
  const uplink = nats && await openUplink({ ...nats, program, isolate: name, failed, now });
  const router = uplink ? new FleetRouter(near, uplink) : near;
  return {
    router,
    wayTo: (address) => {
      if (near.owns(address)) return "here";
      return near.knows(address) ? "isolate" : uplink && "machine";
    },
    mesh,
    uplink,
    async [Symbol.asyncDispose]() {
      router[Symbol.dispose]();
      await uplink?.[Symbol.asyncDispose]();
    },
  };
}

/** Loads the client of NATS, which takes a twentieth of a program's start. */
async function openUplink(options: NatsOptions) {
  const { NatsUplink } = await import("../../router/nats/nats.ts");
  return await NatsUplink.open<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>(options);
}
