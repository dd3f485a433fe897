/**
 * Limits how many files a process may open, with `prlimit` of util-linux.
 *
 * @module
 */

import { works } from "../network/namespaces.ts";
import { whyLeftOut } from "../test_run.ts";

/** The command and its arguments that run Deno with these, and with so many descriptors. */
export function prlimit(descriptors: number, args: readonly string[]): [command: string, ...args: string[]] {
  return ["prlimit", `--nofile=${descriptors}`, Deno.execPath(), ...args];
}

/** Why tests that limit descriptors are left out; `undefined`: they run. */
export function whyNoPrlimit(): string | undefined {
  return whyLeftOut(works("prlimit", "--version") ? undefined : "prlimit is not installed");
}
