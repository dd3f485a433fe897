import { doesNotMatch, equal, match } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import { askLine, type AskOptions, askYes } from "./ask_line.ts";

/** Asks at a terminal on which this is typed. */
async function asked(typed: string, options: AskOptions = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const line = askLine("Word?", { ...options, terminal: { input, output } });
  input.write(typed);
  const answer = await line;
  output.end();
  return { line: answer, shown: await text(output) };
}

Deno.test("askLine() gives the line that was typed, with mistakes mended", async () => {
  const { line, shown } = await asked("abd\x7fc 李\r");
  equal(line, "abc 李");
  match(shown, /Word\? .*a.*b.*李/s);
});

Deno.test("askLine() shows nothing of a hidden line but its question", async () => {
  const { line, shown } = await asked("se\x7fecret 李\r", { hidden: true });
  equal(line, "secret 李");
  equal(shown, "Word? \n");
});

Deno.test("askLine() gives nothing when Ctrl-C or Ctrl-D is pressed", async () => {
  for (const key of ["\x03", "\x04"]) {
    const { line, shown } = await asked(key, { hidden: true });
    equal(line, undefined);
    doesNotMatch(shown, /\^C/);
  }
});

Deno.test("askYes() takes a yes for one, and nothing else", async () => {
  for (
    const [typed, yes] of [["y\r", true], ["Yes \r", true], ["n\r", false], ["\r", false], ["yo\r", false], [
      "\x03",
      false,
    ]]
  ) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = askYes("Remove it?", { terminal: { input, output } });
    input.write(typed);
    equal(await answer, yes, JSON.stringify(typed));
    output.end();
    match(await text(output), /Remove it\? \[y\/N\] /);
  }
});
