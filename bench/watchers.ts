/**
 * Many pages of one cabinet: how long a door's move takes from the device's bytes to the last page. One more page never
 * reads.
 *
 *     deno run -A bench/watchers.ts [pages] [changes]
 *
 * The pages and the device are one process, so the time to read a thousand messages is included.
 *
 * @module
 */
import { putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { until } from "../testing/until.ts";
import { DeafPage } from "../testing/deaf_page.ts";
import { say } from "./_rig.ts";
import { percentiles } from "./_taps.ts";

const CABINET = "wall";
/** Pages of one person, who may have 16. */
const PER_PERSON = 10;
const EVERY_MS = 250;

const [pages = 1_000, changes = 100] = Deno.args.map(Number);
const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  await using program = await Program.start(folder, {}, { stderr: "null", descriptors: 8_192 });
  await putCabinet(program, CABINET);
  await using device = await Device.connect(program, `REG-${CABINET}`);
  await untilOnline(program, CABINET);
  await using stack = new AsyncDisposableStack();
  const crowd = await open(program, stack);
  stack.use(await DeafPage.open(program, CABINET, await guestCookie(program, CABINET)));
  const took: number[] = [];
  for (let n = 0; n < changes; n++) {
    took.push(...await change(device, crowd, { lock: 1 + n % 24, open: n % 48 < 24 }));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  say(`${pages} pages, ${changes} changes: ${percentiles(took)}`);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function open(program: Program, stack: AsyncDisposableStack): Promise<Page[]> {
  const all: Page[] = [];
  while (all.length < pages) {
    const cookie = await guestCookie(program, CABINET);
    const some = Array.from(
      { length: Math.min(PER_PERSON, pages - all.length) },
      () => Page.open(program, CABINET, cookie),
    );
    for (const page of await Promise.all(some)) all.push(stack.use(page));
  }
  return all;
}

/** Moves the door. @returns how long it took until each page received it, in milliseconds */
async function change(
  device: Device,
  crowd: readonly Page[],
  { lock, open }: { lock: number; open: boolean },
): Promise<number[]> {
  const took: number[] = [];
  const door = open ? "open" : "closed";
  const from = performance.now();
  for (const page of crowd) {
    page.heard = ({ type, cells }) => {
      if (
        type !== "cabinet" ||
        !cells?.some((one: { cell: number; door: string }) => one.cell === lock && one.door === door)
      ) return;
      took.push(performance.now() - from);
      page.heard = () => {};
    };
  }
  await device.report(lock, open);
  await until(() => took.length === crowd.length, { saw: () => `${took.length} of ${crowd.length} heard` });
  return took;
}
