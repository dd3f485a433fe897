/**
 * The reference of the API in a browser: it is readable at a desk and on a phone, and loads nothing from elsewhere.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { isSound } from "../../testing/browser/accessibility.ts";
import type { Phone, PhoneOptions } from "../../testing/browser/browser.ts";
import { pageTest } from "../../testing/browser/case.ts";
import type { Scene } from "../../testing/browser/scene.ts";
import { descriptionOf } from "../../testing/openapi/operations.ts";

const DESK: PhoneOptions = { locale: "en-US", viewport: { width: 1280, height: 800 } };
const PATH = "/api/v1/docs";

/** The reference in a browser, with the addresses that it asked for. */
async function opened(
  scene: Scene,
  look: PhoneOptions,
  hash = "",
): Promise<{ phone: Phone; asked: string[] }> {
  const phone = await scene.phone(look);
  const asked: string[] = [];
  phone.page.on("request", (request) => asked.push(request.url().replace(/\?v=\w+$/, "")));
  const response = await phone.page.goto(`${scene.program.url}${PATH}${hash}`);
  equal(response?.status(), 200);
  return { phone, asked };
}

for (const [name, look] of Object.entries({ "a phone": {}, "a desk": DESK })) {
  pageTest(`the reference on ${name} shows each call, fits, and asks for its style alone`, async (scene) => {
    const { phone, asked } = await opened(scene, look);
    const { operations } = await descriptionOf(scene.program);
    for (const { id, method, path } of operations) {
      equal(await phone.page.locator(`#${id} .line`).innerText(), `${method} /api/v1${path}`);
    }
    ok(operations.length > 70);
    ok(await phone.look("document.documentElement.scrollWidth <= innerWidth"), "it does not move sideways");
    const { url } = scene.program;
    deepEqual(asked.filter((address) => !address.startsWith("data:")), [
      `${url}${PATH}`,
      `${url}/assets/reference.css`,
    ]);
  });
}

pageTest(
  "from the contents of the reference one comes to a call, and from it to what it answers",
  async (scene) => {
    const { phone: desk } = await opened(scene, DESK);
    await desk.page.locator('nav a[href="#rentalsList"]').click();
    await isAtTop(desk, "#rentalsList");
    await desk.page.locator('#rentalsList .answers a[href="#Rental"]').click();
    await isAtTop(desk, "#Rental");
    const { phone } = await opened(scene, {}, "#rentals");
    await phone.page.locator('main .calls a[href="#rentalsEnd"]').tap();
    await isAtTop(phone, "#rentalsEnd");
    await phone.page.locator(".back").tap();
    await isAtTop(phone, "#contents");
  },
);

async function isAtTop(phone: Phone, selector: string): Promise<void> {
  const top = await phone.look(
    `Math.round(document.querySelector("${selector}").getBoundingClientRect().top)`,
  );
  ok(top >= 0 && top < 100, `${selector} is at ${top}`);
}

pageTest("an example unfolds without a script", async (scene) => {
  const { phone } = await opened(scene, { javaScriptEnabled: false }, "#cabinetsPut");
  const example = phone.page.locator("#cabinetsPut details");
  ok(!await example.locator("pre").isVisible());
  await example.locator("summary").tap();
  ok((await example.locator("pre").innerText()).includes('"board": "8a"'));
});

pageTest("axe finds no violations in the reference, in light and dark colours", async (scene) => {
  await isSound((await opened(scene, {})).phone, "reference");
});
