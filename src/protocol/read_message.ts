import { PERSON } from "../lib/limits.ts";
import { NotUtf8Error, parseJson } from "../lib/text/utf8.ts";
import { type ErrorCode, type FromPage, fromPage, type ToPage } from "./messages.ts";

/** What a page is told of a message that was not taken. */
export type MessageError = Extract<ToPage, { type: "error" }>;

/** The message that this text is, or what is wrong with it. Anything but text is not a message. */
export function readMessage(data: unknown): FromPage | MessageError {
  if (typeof data === "string" && isTooBig(data)) return tooBig();
  const json = typeof data === "string" ? jsonOf(data) : undefined;
  if (json instanceof NotUtf8Error) return mistake("bad-message", `The message ${json.message}`);
  if (typeof json !== "object" || json === null) return mistake("not-json", "This is not a JSON object");
  const { success, data: message, error } = fromPage.safeParse(json);
  if (success) return message;
  const [issue] = error.issues;
  const id = "id" in json && typeof json.id === "string" ? json.id : undefined;
  return mistake("bad-message", `${issue?.path.join(".") || "message"}: ${issue?.message}`, id);
}

/** @param id the tap's, where there is one */
export function mistake(code: ErrorCode, message: string, id?: string): MessageError {
  return { type: "error", ...(id === undefined ? {} : { id }), code, message };
}

/** What a page is told of a message that is too long. */
export function tooBig(): MessageError {
  return mistake("too-big", `A message may have ${PERSON.messageBytesMax} bytes`);
}

function isTooBig(text: string): boolean {
  if (text.length * 3 <= PERSON.messageBytesMax) return false;
  return new TextEncoder().encode(text).length > PERSON.messageBytesMax;
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    return error instanceof NotUtf8Error ? error : undefined;
  }
}
