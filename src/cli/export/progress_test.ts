import { equal, match } from "node:assert/strict";
import { Writable } from "node:stream";
import { ExportProgress } from "./progress.ts";

/** A terminal that remembers what was drawn. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 100;
  drawn = "";

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    this.drawn += new TextDecoder().decode(bytes);
    done();
  }
}

Deno.test("ExportProgress draws nothing while the work is short", { permissions: "none" }, () => {
  const terminal = new FakeTerminal();
  let now = 0;
  {
    using progress = new ExportProgress({ first: 0, last: 100 }, { terminal, now: () => now });
    now = 400;
    progress.add(2_000, 50);
    equal(progress.rows, 2_000);
  }
  equal(terminal.drawn, "");
});

Deno.test("ExportProgress shows rows, percent, pace and time left, then clears its line", {
  permissions: "none",
}, () => {
  const terminal = new FakeTerminal();
  let now = 0;
  {
    using progress = new ExportProgress({ first: 1_000, last: 2_000 }, { terminal, now: () => now });
    now = 10_000;
    progress.add(2_000, 1_250);
    now = 20_000;
    progress.add(18_000, 1_500);
  }
  match(terminal.drawn, / 25% \| 2,000 rows \| 200\/s \| 30 s left/);
  match(terminal.drawn, / 50% \| 20,000 rows \| 1,000\/s \| 20 s left/);
  // The cursor is back and the line is empty.
  // deno-lint-ignore no-control-regex -- the terminal's
  match(terminal.drawn, /\x1b\[\?25h[^]*\x1b\[2K$/);
});

Deno.test("ExportProgress counts without a terminal too", { permissions: "none" }, () => {
  using progress = new ExportProgress({ first: 5, last: 5 }, { terminal: undefined, now: () => 0 });
  progress.add(3, 5);
  equal(progress.rows, 3);
});
