/**
 * Limits how many files a process may open, with `prlimit` of util-linux.
 *
 * @module
 */

/** The command and its arguments that run Deno with these, and with so many descriptors. */
export function prlimit(descriptors: number, args: readonly string[]): [command: string, ...args: string[]] {
  return ["prlimit", `--nofile=${descriptors}`, Deno.execPath(), ...args];
}

/** Whether the machine has no `prlimit`. */
export function prlimitIsMissing(): boolean {
  try {
    return !new Deno.Command("prlimit", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return true;
  }
}
