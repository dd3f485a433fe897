/** What this machine lacks to run a program in its own network namespace; `undefined`: nothing. */
export function namespacesMissing(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "no Linux on which this is root";
  return works("unshare", "--net", "true") ? undefined : "no network namespaces";
}

/** Whether the command exists and succeeds. */
export function works(name: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(name, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
