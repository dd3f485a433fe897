import type { OperatorContext } from "../context.ts";
import { recordRoutes } from "../contract/records.ts";
import { FEED } from "../../lib/limits.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { cabinetOf } from "../requests.ts";
import { type FeedOpener, type FeedRequest, TooManyFeedsError } from "./request.ts";

/** What the server says of an answer, where it is HTTP's own. */
interface Outgoing {
  readonly untakenBytes?: number;
}

/** What happens, told as it happens. */
export function feedHandlers(mount: Mount, { cabinets, feeds }: OperatorContext): void {
  mount(recordRoutes.feed, async ({ c, query: { cabinet, anyTag, after }, caller }) => {
    if (cabinet.length > 0 && anyTag.length > 0) {
      throw new Problem(400, "cabinet, anyTag: only one of them goes");
    }
    const cursor = cursorOf(c.req.header("last-event-id") ?? after);
    for (const id of new Set(cabinet)) await cabinetOf(id, { caller, cabinets });
    const media = { "content-type": recordRoutes.feed.answers[200].media };
    if (c.req.raw.method === "HEAD") return c.body(null, 200, media);
    const outgoing: Outgoing | undefined = c.env?.outgoing;
    const feed = await opened(feeds, {
      caller,
      cabinets: cabinet,
      anyTag,
      after: cursor,
      untakenBytes: () => outgoing?.untakenBytes ?? 0,
    });
    // Some proxies gather an answer before they pass it on, unless they are told not to.
    return c.body(feed.stream, 200, { ...media, "x-accel-buffering": "no" });
  });
}

async function opened(feeds: FeedOpener, request: FeedRequest) {
  try {
    return await feeds.open(request);
  } catch (error) {
    if (!(error instanceof TooManyFeedsError)) throw error;
    const { retryAfterSeconds } = FEED;
    throw new Problem(error.isFull ? 503 : 429, error.message, { code: "too-many-feeds", retryAfterSeconds });
  }
}

/**
 * Where a feed goes on: the `id` of a message, or `start`.
 *
 * @throws {Problem} if it is neither
 */
function cursorOf(after: string | undefined): FeedRequest["after"] {
  if (after === undefined || after === "start") return after;
  if (/^-?\d{1,15}$/.test(after)) return Number(after);
  throw new Problem(400, "after, Last-Event-ID: the id of a feed's message, or start");
}
