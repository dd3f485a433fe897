import type { PageState } from "../state/state.ts";
import { oneMinuteMs } from "../times.ts";
import { fill, fillCount, type Texts } from "./texts.ts";

const minutesOfHour = 60;
const hoursOfDay = 24;

interface TimeInput {
  readonly state: Pick<PageState, "minuteMs" | "isLocal">;
  readonly texts: Texts;
}

/** The time to the minute, given as RFC 3339: `今天 14:32`, or `2 小时前` where the time zone is not known. */
export function formatTime(time: string, { state: { minuteMs, isLocal }, texts }: TimeInput): string {
  const { times, htmlLang } = texts;
  const atMs = Date.parse(time);
  if (!isLocal) {
    const apart = atMs - minuteMs;
    if (Math.abs(apart) < oneMinuteMs) return times.now;
    return fill(apart < 0 ? times.ago : times.ahead, { left: formatDuration(Math.abs(apart), texts) });
  }
  const at = new Date(atMs);
  const t = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  const near = [times.yesterday, times.today, times.tomorrow][daysBetween(new Date(minuteMs), at) + 1];
  const d = at.toLocaleDateString(htmlLang, { month: "short", day: "numeric" });
  return fill(near ?? times.day, { t, d });
}

/** The duration: in minutes up to an hour, in hours up to two days. A minute that has begun counts. */
export function formatDuration(lengthMs: number, { times }: Texts): string {
  const minutes = Math.max(1, Math.ceil(lengthMs / oneMinuteMs));
  if (minutes < minutesOfHour) return fillCount(times.minutes, minutes);
  const hours = Math.round(minutes / minutesOfHour);
  return hours < 2 * hoursOfDay
    ? fillCount(times.hours, hours)
    : fillCount(times.days, Math.round(hours / hoursOfDay));
}

/** Calendar days between the dates, also over a change to or from summer time. */
function daysBetween(from: Date, to: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(to) - day(from)) / (hoursOfDay * minutesOfHour * oneMinuteMs));
}
