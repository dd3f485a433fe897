/**
 * Accessibility of the page in each of its states: axe-core finds no violations, in light and dark colours, in both
 * languages.
 *
 * @module
 */
import { noticeTexts, type PageNoticeKind } from "../../src/page/text/notice_texts.ts";
import { renderNotice } from "../../src/page/shell.tsx";
import { isSound } from "../../testing/browser/accessibility.ts";
import type { PhoneOptions } from "../../testing/browser/browser.ts";
import { AWAY, pageTest } from "../../testing/browser/case.ts";
import { CABINET, type Scene } from "../../testing/browser/scene.ts";
import { stories, type Story } from "../../testing/browser/stories.ts";

const languages: Readonly<Record<"zh" | "en", PhoneOptions>> = { zh: {}, en: { locale: "en-US" } };

for (const [name, story] of Object.entries(stories)) {
  for (const [language, look] of Object.entries(languages)) {
    pageTest(
      `axe finds no violations in the story "${name}", in ${language}, in light and dark colours`,
      (scene) => tell(scene, { story, look }),
      { expected: AWAY },
    );
  }
}

async function tell(scene: Scene, { story, look }: { story: Story; look: PhoneOptions }): Promise<void> {
  const device = await scene.device(story.description);
  const phone = await scene.phone(look);
  await phone.visit(CABINET);
  for (const [step, bringAbout] of Object.entries(story.steps)) {
    await bringAbout({ scene, device, phone, look });
    await isSound(phone, step);
  }
}

pageTest("axe finds no violations in the notices", async (scene) => {
  const phone = await scene.phone();
  for (const lang of ["zh", "en"] as const) {
    for (const kind of Object.keys(noticeTexts[lang]) as PageNoticeKind[]) {
      const body = renderNotice({ lang, kind, again: "/c/cab" });
      await phone.page.route(
        "**/c/notice",
        (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }),
      );
      await phone.visit("notice");
      await isSound(phone, `${kind} ${lang}`);
    }
  }
});
