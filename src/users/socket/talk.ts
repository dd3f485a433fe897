import { concat } from "@std/bytes";
import type { Context } from "hono";
import { PERSON } from "../../lib/limits.ts";
import { KeyedRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { cameAt, untilTurn } from "../../http/request_arrival.ts";
import { NotUtf8Error, utf8Of } from "../../lib/text/utf8.ts";
import type { UsersContext } from "../context.ts";
import { Dialogue } from "./dialogue.ts";
import type { FromPage, ToPage } from "../../protocol/messages.ts";
import { type MessageError, readMessage, tooBig } from "../../protocol/read_message.ts";
import { isJson } from "../requests.ts";
import type { Visit } from "../admission.ts";
import { welcomeOf } from "./welcome.ts";

/** No proxy in between may keep an answer, change it, or hold it back. */
const HEADERS = {
  "content-type": "application/x-ndjson",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** By person; each isolate has this module for itself. */
const allowance = new KeyedRateLimiter(PERSON.talksPerPerson);

const encoder = new TextEncoder();

/**
 * Answers one request of a person who was let in: the person's socket without a WebSocket, for where that is
 * blocked. There is one request for how things are, and one for each message. Nothing is kept between two of them,
 * so each may come to another isolate or machine. Answers are lines of JSON, and end: what lies between may hold
 * them back until then.
 */
export async function talk(c: Context, visit: Visit, context: UsersContext): Promise<Response> {
  const came = cameAt(c, context.wallClock);
  if (!allowance.takes(visit.person.id, context.now())) {
    return c.text("Too many messages; wait a moment", 429, { "retry-after": "1" });
  }
  if (c.req.method !== "POST") return await welcomed(c, visit, context);
  if (!isJson(c)) return c.text("A message is application/json", 415);
  const message = messageOf(await bodyOf(c));
  if (message instanceof NotUtf8Error) return c.text(`The message ${message.message}`, 400);
  return c.body(answersTo(message, { visit, came }, context), 200, HEADERS);
}

function messageOf(bytes: Uint8Array): FromPage | MessageError | NotUtf8Error {
  if (bytes.length > PERSON.messageBytesMax) return tooBig();
  try {
    return readMessage(utf8Of(bytes));
  } catch (error) {
    if (error instanceof NotUtf8Error) return error;
    throw error;
  }
}

async function welcomed(c: Context, { person, cabinet }: Visit, context: UsersContext): Promise<Response> {
  const view = await context.cabinets.view(cabinet);
  const welcome = await welcomeOf({ person, cabinet, view }, context);
  await untilTurn(c);
  return c.body(lineOf(welcome), 200, HEADERS);
}

/** The body, no further than it takes to see that it is too long, and as far as it came in time. */
async function bodyOf(c: Context): Promise<Uint8Array> {
  const reader = c.req.raw.body?.getReader();
  if (!reader) return new Uint8Array();
  const stop = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(stop, PERSON.talkBodyMs);
  // A page that hangs up meanwhile gets no answer; half of a message is not a message.
  const read = () => reader.read().catch(() => ({ done: true, value: undefined }));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= PERSON.messageBytesMax) {
    const { value } = await read();
    if (!value) break;
    bytes += value.length;
    chunks.push(value);
  }
  clearTimeout(timer);
  stop();
  return concat(chunks);
}

/** What the socket would have answered. A page that hangs up changes nothing: the tap goes on, and its id answers again. */
function answersTo(
  message: FromPage | MessageError,
  { visit: { person, cabinet, address }, came }: { visit: Visit; came: number },
  context: UsersContext,
): ReadableStream<Uint8Array> {
  let isHeard = true;
  return new ReadableStream({
    async start(controller) {
      const tell = (answer: ToPage) => {
        if (isHeard) controller.enqueue(encoder.encode(lineOf(answer)));
      };
      const { id, sessionsFrom } = person;
      const here = { person: id, sessionsFrom, address, cabinet: () => cabinet };
      const speaker = { ...here, cameAt: () => came, tell, chatted: () => {} };
      using _ = context.guard.enter({ isBusy: true, retire: () => {}, close: () => {} });
      try {
        if (message.type === "error") tell(message);
        else await new Dialogue(speaker, context).answer(message);
        if (isHeard) controller.close();
      } catch (error) {
        context.failed(error);
        controller.error(error);
      } finally {
        isHeard = false;
      }
    },
    cancel() {
      isHeard = false;
    },
  });
}

function lineOf(message: ToPage): string {
  return `${JSON.stringify(message)}\n`;
}
