/**
 * The page on small and large screens, with large text, and with cabinets of all kinds.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Phone } from "../../testing/browser/browser.ts";
import { pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET } from "../../testing/browser/scene.ts";
import { stories } from "../../testing/browser/stories.ts";

/** The smallest target for a finger, by Apple's guidelines, in CSS pixels. */
const TARGET = 44;

/** Twelve columns of ten doors on five boards; every other door is half as high again. */
const COLUMNS = 12;
const ROWS = 10;
const large = {
  cells: numbers(COLUMNS * ROWS).map((cell) => ({
    cell,
    board: Math.ceil(cell / 24),
    channel: (cell - 1) % 24 + 1,
  })),
  layout: {
    columns: numbers(COLUMNS).map((column) =>
      numbers(ROWS).map((row) => ({ cell: (column - 1) * ROWS + row, height: row % 2 === 0 ? 1.5 : 1 }))
    ),
  },
};

pageTest(
  "a cabinet of 120 doors scrolls sideways in its box, and each door is large enough to tap",
  async (scene) => {
    const cabinet = await scene.cabinet({ boards: 5 }, large);
    const phone = await scene.visitor();
    equal(await phone.page.locator("[data-cell]").count(), 120);
    ok(await fits(phone), "the page itself does not move sideways");
    ok(
      await phone.look(
        "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector('.wall-box'))",
      ),
    );
    deepEqual(await smallTargets(phone), []);
    deepEqual(
      await phone.look(`[1, 2, 11].map((cell) => {
    const { x, y } = document.querySelector('[data-cell="' + cell + '"]').getBoundingClientRect();
    const first = document.querySelector('[data-cell="1"]').getBoundingClientRect();
    return [x > first.x, y > first.y];
  })`),
      [[false, false], [false, true], [true, false]],
    );
    await phone.tap(120);
    await phone.sees('[data-cell="120"].tone-done');
    equal(cabinet.pulses.length, 1);
  },
);

pageTest("the same cabinet in mode storage: the drawing scrolls, the buttons stay", async (scene) => {
  await scene.cabinet({ boards: 5 }, { ...large, mode: "storage" });
  const phone = await scene.visitor();
  ok(await fits(phone));
  equal(await phone.page.locator("#wall .column .door").count(), 120);
  deepEqual(await smallTargets(phone), []);
  await phone.page.getByRole("img", { name: `${zh.drawing.title}，${zh.uses.free} 120` }).waitFor();
});

for (const [width, height] of [[320, 568], [667, 375], [1280, 800]] as const) {
  pageTest(
    `everything fits on a screen of ${width} by ${height}, and is large enough to tap`,
    async (scene) => {
      for (const name of ["storage", "wall", "assigned"] as const) {
        await using device = await scene.device(stories[name]?.description);
        const phone = await scene.phone({ viewport: { width, height }, locale: "en-US" });
        await phone.visit(CABINET);
        await phone.ready();
        ok(await fits(phone), name);
        deepEqual(await smallTargets(phone), [], name);
        device.open.clear();
      }
    },
  );
}

pageTest("text of twice the size is complete, and the page does not scroll sideways", async (scene) => {
  const device = await scene.device({ ...stories["storage"]?.description, name: "A" });
  for (const locale of ["zh-CN", "en-US"]) {
    const phone = await scene.phone({ locale });
    await phone.visit(CABINET);
    await phone.ready();
    await phone.does("store", "M");
    await phone.sees("[data-rental]");
    await phone.page.locator('[data-name="share"]').tap();
    await phone.sees(".digits");
    await phone.look("document.documentElement.style.fontSize = '200%'");
    ok(await fits(phone), locale);
    deepEqual(await cutTexts(phone), [], locale);
  }
  equal(device.opens.length, 2);
});

pageTest("a person who prefers reduced motion gets no animation", async (scene) => {
  const device = await scene.device({ mode: "storage" });
  device.onOpen = () => undefined;
  const phone = await scene.visitor();
  await phone.page.emulateMedia({ reducedMotion: "reduce" });
  await phone.does("store");
  await phone.sees("#store .icon-spinner");
  equal(await phone.look("document.getAnimations().length"), 0);
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function fits(phone: Phone): Promise<boolean> {
  return await phone.look("document.documentElement.scrollWidth <= innerWidth");
}

/** The targets that are too small for a finger. */
async function smallTargets(phone: Phone): Promise<string[]> {
  return await phone.look(`[...document.querySelectorAll("button, summary, input, a")]
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < ${TARGET} || height < ${TARGET}))
    .map(([one, { width, height }]) => one.outerHTML.slice(0, 80) + " " + width + " x " + height)`);
}

/** Buttons and lines with cut words. */
async function cutTexts(phone: Phone): Promise<string[]> {
  return await phone.look(
    `[...document.querySelectorAll("button, summary, p, h1, h2, h3, h4, .plate, .words")]
    .filter((one) => one.checkVisibility() && !one.closest(".wall"))
    .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
      scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1)
    .map((one) => one.outerHTML.slice(0, 120))`,
  );
}
