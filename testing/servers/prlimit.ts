/**
 * Limits how many files a process may open, with `prlimit` of util-linux.
 *
 * @module
 */

import { works } from "../network/namespaces.ts";
import { whyLeftOut } from "../test_run.ts";

const allowed = new Map<number, boolean>();

/**
 * The command and its arguments that run Deno with these, and with so many descriptors; with all, where there is no
 * `prlimit` or this process may not have so many itself.
 */
export function prlimit(descriptors: number, args: readonly string[]): [command: string, ...args: string[]] {
  const limit = `--nofile=${descriptors}`;
  const isAllowed = allowed.get(descriptors) ?? works("prlimit", limit, "true");
  allowed.set(descriptors, isAllowed);
  return isAllowed ? ["prlimit", limit, Deno.execPath(), ...args] : [Deno.execPath(), ...args];
}

/** Why tests that limit descriptors are left out; `undefined`: they run. */
export function whyNoPrlimit(): string | undefined {
  return whyLeftOut(works("prlimit", "--version") ? undefined : "prlimit is not installed");
}
