import { deepEqual, equal, match } from "node:assert/strict";
import { printable, printableJson, unseenIn, withoutUnseen } from "./plain_text.ts";

/** What is not seen, or turns text around: each of its kind. */
const UNSEEN = [
  ..."\0\x07\x1b\n\r\t\x7f\x85\x9b",
  ..."\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029",
  ..."\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2067\u2068\u2069\u206a\u206f",
  ..."\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9\ufffb",
  "\u2800",
  "\ufffc",
  "\u{13441}",
  "\u{1d159}",
  "\u{1d173}",
  "\u{e0001}",
  "\u{e0041}",
  "\u{e0100}",
  "\ud800",
];
const SEEN = [
  "Lobby A 大堂 ①号柜",
  "Ünïcödé, עברית, العربية, हिन्दी, ไทย, 한국어",
  "👨‍👩‍👧 🏃🏽‍♀️ 👩🏻‍💻 ⛹🏽‍♂️ ❤️‍🔥 🏳️‍🌈 7️⃣ ☎︎ 🇨🇳",
  "葛\u{e0100}城",
  "a b",
  "",
];

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("unseenIn() names what is not seen, wherever it stands, and nothing that is seen", () => {
  for (const character of UNSEEN) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    for (
      const text of [
        character,
        `a${character}b`,
        `${character}大堂`,
        `大堂${character}`.replace("堂\u{e0100}", "x\u{e0100}"),
      ]
    ) {
      match(unseenIn(text) ?? "", new RegExp(`^has U\\+${code}, `), code);
    }
  }
  for (const text of SEEN) equal(unseenIn(text), undefined, text);
  match(unseenIn("\ufffd\ufffdA") ?? "", /U\+FFFD.*UTF-8/);
});

pure("unseenIn() lets controls pass where they are right", () => {
  equal(unseenIn("REG\r\n\0", { controls: true }), undefined);
  match(unseenIn("REG\u200b", { controls: true }) ?? "", /^has U\+200B/);
});

pure("withoutUnseen() leaves what is seen as it is", () => {
  for (const character of UNSEEN) equal(withoutUnseen(`a${character}b`), "ab", escape(character));
  for (const text of SEEN) equal(withoutUnseen(text), text);
  equal(withoutUnseen("a\u200db 👩\u200d 👩\u200dx \u200d👩"), "ab 👩 👩x 👩", "a joiner that joins nothing");
  equal(withoutUnseen("©\u200d© ™\u200d👩"), "©© ™👩", "signs that are text");
});

pure("printable() shows where something is not seen", () => {
  for (const character of UNSEEN) equal(printable(`a${character}b`), "a\ufffdb", escape(character));
  for (const text of SEEN) equal(printable(text), text);
});

pure("printableJson() is the same JSON, in which everything is seen", () => {
  const value = { name: UNSEEN.join(""), ["\u202e"]: SEEN };
  for (const json of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
    const shown = printableJson(json);
    deepEqual(JSON.parse(shown), value);
    equal(unseenIn(shown.replaceAll("\n", "")), undefined);
  }
});
