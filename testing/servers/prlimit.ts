/**
 * Limits how many files a process may open, with `prlimit` of util-linux.
 *
 * @module
 */

import { works } from "../network/namespaces.ts";
import { whyLeftOut } from "../test_run.ts";

let isInstalled: boolean | undefined;

/** The command and its arguments that run Deno with these, and with so many descriptors; with all, without `prlimit`. */
export function prlimit(descriptors: number, args: readonly string[]): [command: string, ...args: string[]] {
  return hasPrlimit()
    ? ["prlimit", `--nofile=${descriptors}`, Deno.execPath(), ...args]
    : [Deno.execPath(), ...args];
}

/** Why tests that limit descriptors are left out; `undefined`: they run. */
export function whyNoPrlimit(): string | undefined {
  return whyLeftOut(hasPrlimit() ? undefined : "prlimit is not installed");
}

function hasPrlimit(): boolean {
  // One may not have more than this process may have.
  return isInstalled ??= works("prlimit", "--nofile=8192", "true");
}
