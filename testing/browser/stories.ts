/**
 * The page's states as stories: each goes on from step to step. The screenshots and the accessibility tests use them.
 *
 * @module
 */
import { api } from "../api.ts";
import type { Device } from "../device.ts";
import { until } from "../until.ts";
import type { Phone, PhoneOptions } from "./browser.ts";
import { CABINET, type Scene } from "./scene.ts";

/** What a step of a story works with. */
export interface Stage {
  readonly scene: Scene;
  readonly device: Device;
  readonly phone: Phone;
  /** How phones of this story look. */
  readonly look: PhoneOptions;
}

/** Brings the page into the state that the step is named after. */
export type Step = (stage: Stage) => Promise<unknown>;

/** A cabinet, and the steps with it. */
export interface Story {
  readonly description: Record<string, unknown>;
  readonly steps: Readonly<Record<string, Step>>;
}

const JAMMED = 0x11;

/** Cells of all sizes in four columns, larger ones below; the third column has a screen above its doors. */
const columns = [
  [1, 2, 3, 4, 5, 6],
  [7, 8, 9, 10, 11, 12],
  [{ gap: 3.5 }, 13, 14, 15, 16],
  [17, 18, 19, 20, 21, 22],
];
const layout = { columns };
const sizes = ["S", "S", "M", "M", "L", "XL"];

/** The operator's state of some cells. */
const oddStates: Readonly<Record<number, string>> = { 5: "disabled", 6: "faulty" };

function cellsOf(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const cell = index + 1;
    const size = sizes[columns.flatMap((places) => places.indexOf(cell)).find((row) => row >= 0) ?? 0];
    return { cell, board: 1, channel: cell, size, state: oddStates[cell] ?? "free" };
  });
}

/** Whom to call, beside each text that says so. */
const contact = { telephone: "400 123 4567", text: "物业前台，8:00–22:00" };

const cells = cellsOf(22);

/** A cabinet in mode `open`. */
const open: Story = {
  description: { cells, contact },
  steps: {
    "1-normal": ({ phone }) => phone.ready(),
    "2-opened": async ({ phone }) => {
      await phone.tap(7);
      await phone.sees('[data-cell="7"].tone-done');
    },
    "3-failed": async ({ phone, device }) => {
      device.onOpen = () => JAMMED;
      await phone.tap(2);
      await phone.sees('[data-cell="2"].tone-bad');
    },
    "4-pending": async ({ phone, device }) => {
      await silent(device);
      await phone.tap(9);
      await until(() => device.opens.some((frame) => frame.startsWith("8A 01 09")));
      await phone.sees('[data-cell="9"].tone-busy');
    },
    "5-unconfirmed": ({ phone }) => phone.sees('[data-cell="9"].tone-careful'),
    "6-offline": async ({ phone, device }) => {
      await device[Symbol.asyncDispose]();
      await phone.sees("#connection.tone-careful");
      await phone.tap(8);
    },
    "7-reconnecting": async ({ phone, scene }) => {
      await scene.crash();
      await phone.sees('main[data-connection="reconnecting"]');
    },
  },
};

/** The same cabinet with a layout. */
const drawing: Story = {
  description: { cells, layout },
  steps: {
    "1-normal": ({ phone }) => phone.ready(),
    "2-opened": async ({ phone, device }) => {
      await phone.tap(7);
      await phone.sees('[data-cell="7"].tone-done');
      device.onOpen = () => JAMMED;
      await phone.tap(13);
      await phone.sees('[data-cell="13"].tone-bad');
    },
  },
};

/** Storing and taking. */
const storage: Story = {
  description: {
    cells,
    layout,
    mode: "storage",
    rules: { rentalMinutes: 180, rentalsPerGuest: 2 },
  },
  steps: {
    "1-empty": ({ phone }) => phone.ready(),
    "2-storing": async ({ phone, device }) => {
      await silent(device);
      await phone.page.locator('[data-size="M"]').tap();
      await phone.sees("#store .strip.tone-busy");
      await until(() => device.opens.length > 0);
    },
    "3-stored": async ({ phone, device }) => {
      device.readsAnswered = true;
      await device.report(3, true);
      await phone.sees("[data-rental] .strip.tone-done");
      await phone.sees(".recovery");
    },
    "4-shut": async ({ phone, device }) => {
      // Until the board has answered another request, the answer to this open may still come, and be taken for the next one's.
      await until(() => device.frames.at(-1)?.hex.startsWith("80"));
      await device.report(3, false);
      await phone.sees("#news", /3/);
      await phone.sees("[data-rental]:not(:has(.strip))");
    },
    "5-recovery": async ({ phone }) => {
      await phone.page.reload();
      await phone.ready();
      await phone.does("recovery", 3);
      await phone.sees(".recovery dd");
    },
    "6-shared": async ({ phone }) => {
      await phone.page.locator('[data-name="share"]').tap();
      await phone.sees(".digits");
      await phone.page.locator(".digits").scrollIntoViewIfNeeded();
    },
    "7-asked": async ({ phone }) => {
      await phone.does("take", 3);
      await phone.sees("dialog[open]");
    },
    "8-jammed": async ({ phone, device }) => {
      device.onOpen = () => JAMMED;
      await phone.page.locator('dialog [data-name="retrieve"]').tap();
      await phone.sees("[data-rental] .strip.tone-bad");
      await phone.page.locator("[data-rental] .help").tap();
    },
    "9-wrong-code": async ({ phone }) => {
      await phone.page.locator("#code").fill("1234 567");
      await phone.page.locator("#code").press("Enter");
      await phone.sees("#code-message");
      await phone.page.locator("#pickup").scrollIntoViewIfNeeded();
    },
    "a-limit": async ({ phone, device }) => {
      opening(device);
      await phone.page.locator('[data-size="S"]').tap();
      await phone.sees('[data-rental="1"] .strip.tone-done');
      await phone.sees('[data-size="L"][aria-disabled="true"] .sub');
    },
    "b-giving-back": async ({ phone }) => {
      await phone.takes("retrieve", 3);
      await phone.sees('[data-rental="3"][data-state="returning"]');
      await phone.page.locator('[data-rental="3"]').scrollIntoViewIfNeeded();
    },
    "c-given-back": async ({ phone, device }) => {
      await device.report(3, false);
      await phone.sees('[data-rental="3"][data-state="ended"]');
    },
    "d-kept": async ({ phone }) => {
      await phone.does("keep", 3);
      await phone.sees('[data-rental="3"][data-state="held"]');
      await phone.sees("#news", /3/);
    },
    "e-wall": async ({ phone }) => await phone.page.locator("#wall").scrollIntoViewIfNeeded(),
    "f-claim": async ({ phone }) => {
      await phone.page.locator(".claim summary").tap();
      await phone.page.locator('.claim [name="number"]').fill("1234 5678");
      await phone.page.locator('.claim [name="secret"]').fill("8765 4321");
      await phone.page.locator(".claim button").tap();
      await phone.sees(".claim .strip.tone-careful");
      await phone.page.locator(".claim").scrollIntoViewIfNeeded();
    },
    "g-account": async ({ phone }) => {
      await phone.page.locator(".me summary").tap();
      await phone.page.locator(".me").scrollIntoViewIfNeeded();
    },
    "h-removal": async ({ phone }) => {
      await phone.page.locator('[data-name="want-removal"]').tap();
      await phone.sees('[data-name="remove"]');
      await phone.page.locator(".me").scrollIntoViewIfNeeded();
    },
  },
};

/** A guest without a rental signs out. */
const leaving: Story = {
  description: { mode: "storage", cells, contact },
  steps: {
    "1-asked": async ({ phone }) => {
      await phone.page.locator(".me summary").tap();
      await phone.page.locator('[data-name="want-sign-out"]').tap();
      await phone.sees('[data-name="sign-out"]');
      await phone.page.locator(".me").scrollIntoViewIfNeeded();
    },
    "2-signed-out": async ({ phone }) => {
      await phone.page.locator('[data-name="sign-out"]').tap();
      await phone.sees(".notice");
    },
  },
};

/** What other people do with a person's rental. */
const others: Story = {
  description: { mode: "storage", cells, rules: { rentalsPerGuest: 3 } },
  steps: {
    "1-collecting": async (stage) => {
      const { phone, device, scene, look } = stage;
      const code = await sharedCode(stage, 1);
      await silent(device);
      const friend = await scene.phone(look);
      await friend.visit(CABINET);
      await friend.ready();
      await friend.enters(code);
      await phone.sees('[data-rental="1"] .strip .icon-person');
      await phone.page.locator('[data-rental="1"]').scrollIntoViewIfNeeded();
    },
    "2-being-collected": async ({ phone, device }) => {
      device.readsAnswered = true;
      await device.report(1, true);
      await phone.sees('[data-rental="1"][data-state="returning"]');
      await phone.page.locator('[data-rental="1"]').scrollIntoViewIfNeeded();
    },
    "3-collected": async ({ phone, device }) => {
      await until(() => device.frames.at(-1)?.hex.startsWith("80"));
      await device.report(1, false);
      await phone.sees('[data-rental="1"][data-state="ended"]');
      await phone.page.locator('[data-rental="1"]').scrollIntoViewIfNeeded();
    },
    "4-ended-by-operator": async (stage) => {
      const { phone, scene } = stage;
      await stored(stage, 2);
      const { body } = await api(scene.program, "GET", `/rentals?cabinet=${CABINET}&state=held`);
      await api(scene.program, "POST", `/rentals/${body.items[0].id}/end`, { body: {} });
      await phone.sees('[data-rental="2"][data-state="ended"] .strip.tone-careful');
      await phone.page.locator('[data-rental="2"]').scrollIntoViewIfNeeded();
    },
    "5-moved": async (stage) => {
      const { phone, scene, look } = stage;
      await stored(stage, 3);
      // Another rental keeps the session, so that the page can tell what happened.
      await stored(stage, 4);
      const [number = "", secret = ""] = await phone.page.locator('[data-rental="3"] dd .spoken')
        .allInnerTexts();
      const next = await scene.visitor(look);
      await claims(next, { number, secret });
      await next.sees('[data-rental="3"][data-state="held"]');
      await phone.sees('[data-rental="3"][data-state="ended"] .strip.tone-careful');
      await phone.page.locator('[data-rental="3"]').scrollIntoViewIfNeeded();
    },
  },
};

/** One size, with all cells in use. */
const small: Story = {
  description: { mode: "storage", cells: { count: 2 }, name: "B", rules: { rentalsPerGuest: 2 } },
  steps: {
    "1-empty": ({ phone }) => phone.ready(),
    "2-full": async ({ phone, scene, look }) => {
      const other = await scene.visitor(look);
      for (const rental of [1, 2]) {
        await other.page.locator("[data-size]").tap();
        await other.sees(`[data-rental="${rental}"] .strip.tone-done`);
      }
      await phone.sees('[data-size][aria-disabled="true"]');
      await phone.page.locator("[data-size]").tap({ force: true });
      await phone.sees("#news", /./);
    },
  },
};

/** Assigned cells. */
const assigned: Story = {
  description: { cells, layout, mode: "assigned" },
  steps: {
    "1-nothing": ({ phone }) => phone.sees(".nothing code"),
    "2-mine": async ({ phone, scene }) => {
      await permit(scene, phone, { cells: [3, 14] });
      await permit(scene, phone, { cells: [20], until: inHours(30) });
      await permit(scene, phone, { cells: [21], from: inHours(20) });
      await phone.sees('[data-cell="14"]');
      await phone.sees('[data-cell="20"]');
      await phone.sees(".later");
    },
    "3-opened": async ({ phone }) => {
      await phone.tap(14);
      await phone.sees('[data-cell="14"].tone-done');
    },
  },
};

/** Every story by name. */
export const stories: Readonly<Record<string, Story>> = {
  open,
  drawing,
  storage,
  leaving,
  others,
  small,
  assigned,
};

/** The person stores something in that cell, which is the next free one. */
async function stored({ phone, device }: Stage, cell: number): Promise<void> {
  opening(device);
  const { size } = cells[cell - 1] ?? {};
  await phone.page.locator(`[data-size="${size}"]`).tap();
  await phone.sees(`[data-rental="${cell}"] .recovery`);
  await device.report(cell, false);
  await phone.sees(`[data-rental="${cell}"]:not(:has(.strip))`);
}

/** Makes a pickup code for what is stored. */
async function sharedCode(stage: Stage, cell: number): Promise<string> {
  await stage.phone.ready();
  await stored(stage, cell);
  await stage.phone.does("share", cell);
  return await stage.phone.page.locator(".digits span").first().innerText();
}

/** Types a recovery code on that phone. */
export async function claims(
  phone: Phone,
  { number, secret }: { number: string; secret: string },
): Promise<void> {
  await phone.page.locator(".claim summary").tap();
  await phone.page.locator('.claim [name="number"]').fill(number);
  await phone.page.locator('.claim [name="secret"]').fill(secret);
  await phone.page.locator(".claim button").tap();
}

/** Gives the phone's person a permit. */
export async function permit(scene: Scene, phone: Phone, body: Record<string, unknown>): Promise<void> {
  const person = await phone.look("JSON.parse(document.getElementById('state').textContent).you.id");
  const { status, body: answer } = await api(scene.program, "POST", `/cabinets/${CABINET}/permits`, {
    body: { person, ...body },
    headers: { "idempotency-key": crypto.randomUUID() },
  });
  if (status !== 201) throw new Error(`Cannot give a permit: ${status} ${JSON.stringify(answer)}`);
}

/** From now on the board opens no door and answers no read. */
function silent(device: Device): Promise<void> {
  device.onOpen = () => undefined;
  device.readsAnswered = false;
  return Promise.resolve();
}

/** The board answers again. */
function opening(device: Device): void {
  device.readsAnswered = true;
  device.onOpen = (lock) => {
    device.open.add(lock);
    return 0x00;
  };
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
