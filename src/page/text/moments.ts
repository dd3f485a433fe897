/**
 * Times in words: never to the second, and by the clock on the wall only where the person's own is known.
 *
 * @module
 */
import type { PageState } from "../state/state.ts";
import { fill, fillCount, type Texts } from "./texts.ts";
import { oneMinuteMs } from "../times.ts";

const minutesOfHour = 60;
const hoursOfDay = 24;

interface MomentInput {
  readonly state: Pick<PageState, "minuteMs" | "isLocal">;
  readonly texts: Texts;
}

/** When that is or was: `今天 14:32`, or `2 小时前` where the time zone is not known. */
export function momentOf(time: string, { state: { minuteMs, isLocal }, texts }: MomentInput): string {
  const { moments, htmlLang } = texts;
  const atMs = Date.parse(time);
  if (!isLocal) {
    const apart = atMs - minuteMs;
    if (Math.abs(apart) < oneMinuteMs) return moments.now;
    return fill(apart < 0 ? moments.ago : moments.ahead, { left: spanOf(Math.abs(apart), texts) });
  }
  const at = new Date(atMs);
  const t = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  const near = [moments.yesterday, moments.today, moments.tomorrow][daysBetween(new Date(minuteMs), at) + 1];
  const d = at.toLocaleDateString(htmlLang, { month: "short", day: "numeric" });
  return fill(near ?? moments.day, { t, d });
}

/** So long: in minutes up to an hour, in hours up to two days. What has begun counts whole. */
export function spanOf(lengthMs: number, { moments }: Texts): string {
  const minutes = Math.max(1, Math.ceil(lengthMs / oneMinuteMs));
  if (minutes < minutesOfHour) return fillCount(moments.minutes, minutes);
  const hours = Math.round(minutes / minutesOfHour);
  return hours < 2 * hoursOfDay
    ? fillCount(moments.hours, hours)
    : fillCount(moments.days, Math.round(hours / hoursOfDay));
}

/** Calendar days from one to the other; a day with a change of clocks is one too. */
function daysBetween(from: Date, to: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(to) - day(from)) / (hoursOfDay * minutesOfHour * oneMinuteMs));
}
