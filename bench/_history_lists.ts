/**
 * What is asked of the API of a long history, and how long the answers take.
 *
 * @module
 */
import { isNumber } from "../src/lib/text/short_numbers.ts";
import { TOKEN } from "../testing/program.ts";
import { personId } from "./_people_rows.ts";
import { say } from "./_rig.ts";

const FOR_MS = 2_000;
const [WARM_UP, TIMES_MIN] = [20, 100];
const DAY_MS = 24 * 3_600_000;

/** How long the slowest of a hundred answers may take: a first page, and a search. */
const AIMS_MS = { page: 20, search: 100 };

const longAgo = Date.now() - 200 * DAY_MS;
const WEEK = `from=${new Date(longAgo).toISOString()}&until=${new Date(longAgo + 7 * DAY_MS).toISOString()}`;
const BUSY = personId(7);
const PERSON = personId(31);
/** Of some person. */
const NUMBER = Array.from({ length: 100 }, (_, n) => `000000${n}`).find((digits) => isNumber(digits)) ?? "";

/** First pages. `cab-1` is a cabinet with 100,000 commands; others have 50. */
const PAGES = [
  "/cabinets",
  "/cabinets?include=cells",
  "/cabinets?limit=200&include=cells",
  "/cabinets?sort=name",
  "/cabinets?sort=-name",
  "/cabinets?sort=change",
  "/cabinets?sort=-change",
  "/cabinets?tag=city-1&sort=name",
  "/cabinets?tag=group-7&sort=name",
  "/cabinets?tag=city-1&tag=city-2",
  "/cabinets?tag=city-1&tag=group-7",
  "/cabinets?online=true&sort=change",
  "/cabinets?online=false&sort=name",
  "/cabinets?alarm=true&sort=name",
  "/cabinets?alarm=left-open",
  "/cabinets?alarm=wrong-codes",
  "/cabinets?alarm=false&sort=name",
  "/cabinets?board=8a&sort=name",
  "/cabinets?board=dc&sort=name",
  "/cabinets?board=dc&online=false&sort=name",
  "/cabinets?tag=city-1&online=false&board=dc&alarm=true",
  "/rentals",
  "/rentals?limit=200",
  "/rentals?cabinet=cab-1",
  "/rentals?cabinet=cab-77",
  "/rentals?cabinet=cab-1&cell=3",
  "/rentals?cabinet=cab-1&state=held",
  "/rentals?cabinet=cab-1&cell=3&state=held",
  "/rentals?cell=3",
  `/rentals?person=${BUSY}`,
  `/rentals?person=${PERSON}`,
  `/rentals?person=${BUSY}&state=held`,
  `/rentals?person=${BUSY}&cabinet=cab-77`,
  "/rentals?state=held",
  "/rentals?state=returning",
  "/rentals?state=ended",
  "/rentals?overdue=true",
  "/rentals?overdue=false",
  `/rentals?${WEEK}`,
  `/rentals?cabinet=cab-1&${WEEK}`,
  `/rentals?state=held&${WEEK}`,
  "/events",
  "/events?after=start",
  "/events?cabinet=cab-1",
  "/events?cabinet=cab-1&cell=3",
  "/events?cabinet=cab-1&kind=overdue",
  "/events?kind=stored",
  "/events?kind=overdue",
  "/events?kind=moved",
  "/events?cell=3",
  `/events?person=${BUSY}`,
  `/events?person=${PERSON}`,
  `/events?${WEEK}`,
  `/events?kind=overdue&${WEEK}`,
  `/events?cabinet=cab-1&${WEEK}`,
  "/commands",
  "/commands?limit=200",
  "/commands?cabinet=cab-1",
  "/commands?cabinet=cab-1&cell=3",
  "/commands?cabinet=cab-1&state=failed",
  "/commands?kind=store",
  "/commands?kind=pickup",
  "/commands?state=failed",
  "/commands?cell=3",
  `/commands?person=${BUSY}`,
  `/commands?person=${PERSON}`,
  `/commands?person=${PERSON}&kind=pickup`,
  `/commands?${WEEK}`,
  `/commands?kind=pickup&${WEEK}`,
  "/alarms",
  "/alarms?state=active",
  "/alarms?state=ended",
  "/alarms?kind=offline",
  "/alarms?kind=left-open&state=active",
  "/alarms?kind=wrong-codes",
  "/alarms?cabinet=cab-1",
  "/alarms?cabinet=cab-1&state=active",
  `/alarms?${WEEK}`,
  "/acts",
  "/acts?kind=clear",
  "/acts?kind=open-all",
  `/acts?who=account:${BUSY}`,
  `/acts?who=account:${PERSON}&kind=clear`,
  "/acts?who=operator",
  "/acts?cabinet=cab-1",
  `/acts?${WEEK}`,
  "/cabinets/cab-1/permits",
  "/jobs",
  "/organizations",
  "/devices/unknown",
  "/people",
  "/people?limit=200",
  "/cabinets?organization=second&sort=name",
  "/rentals?organization=second",
  "/rentals?organization=second&state=held",
  "/events?organization=second",
  `/events?organization=second&${WEEK}`,
  "/commands?organization=second",
  `/commands?organization=second&${WEEK}`,
  "/alarms?organization=second",
  "/acts?organization=second",
  "/people?organization=second",
];

/** Searches. */
const SEARCHES = [
  "/cabinets?q=cab-77777",
  "/cabinets?q=lobby",
  "/cabinets?q=lobby&sort=name",
  "/cabinets?q=0571-0012345",
  "/cabinets?q=杭州&sort=name",
  "/cabinets?q=上",
  "/cabinets?q=北京",
  "/cabinets?q=12 上海",
  "/cabinets?q=nowhere",
  "/cabinets?q=7",
  "/cabinets?q=77",
  "/cabinets?q=%25",
  "/cabinets?q=_a",
  "/cabinets?q=e&online=false&tag=city-1&sort=name",
  "/cabinets?q=lobby 77&tag=group-7",
  "/cabinets?q=gate&online=false&sort=change",
  "/people?q=王伟伟",
  "/people?q=王",
  "/people?q=guest",
  "/people?q=guest 77",
  "/people?q=nobody",
  `/people?q=${NUMBER}`,
  "/people?name=伟",
  "/people?name=nobody",
  "/cabinets?organization=second&q=lobby 7",
  "/people?organization=second&q=王",
];

/** A server of the API. */
interface Api {
  readonly url: string;
}

/** Says of each list how long its first page takes over HTTP, one request after the other, and whether that is too long. */
export async function measureLists(
  api: Api,
  name: string,
  { forMs = FOR_MS, token = TOKEN } = {},
): Promise<void> {
  for (const [kind, paths] of [["page", PAGES], ["search", SEARCHES]] as const) {
    for (const path of paths) {
      const { p50Ms, p99Ms, answer } = await measure(api, { path, forMs, token });
      const isLate = p99Ms > AIMS_MS[kind] ? "LATE" : "";
      say(
        `${name} p50 ${p50Ms.toFixed(1).padStart(6)} ms, p99 ${p99Ms.toFixed(1).padStart(6)} ms ${
          isLate.padEnd(4)
        } ${decodeURI(path)}: ${answer}`,
      );
    }
  }
}

async function measure(
  { url }: Api,
  { path, forMs, token }: { path: string; forMs: number; token: string },
): Promise<{ p50Ms: number; p99Ms: number; answer: string }> {
  const took: number[] = [];
  const headers = { authorization: `Bearer ${token}` };
  let answer = "";
  const ask = async () => {
    const response = await fetch(encodeURI(`${url}/api/v1${decodeURI(path)}`), { headers });
    answer = answerOf(response.status, await response.text());
  };
  for (let n = 0; n < WARM_UP; n++) await ask();
  for (const until = performance.now() + forMs; performance.now() < until || took.length < TIMES_MIN;) {
    const from = performance.now();
    await ask();
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.floor(part * took.length)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), answer };
}

/** How many there are on the page, and in all. */
function answerOf(status: number, text: string): string {
  if (status !== 200) return `${status} ${text}`;
  const { items, total, estimate } = JSON.parse(text);
  return `${items.length} of ${total ?? (estimate === null ? "?" : `>= ${estimate}`)}`;
}
