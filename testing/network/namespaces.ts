/** What this machine lacks to run something in a network namespace of its own; `undefined`: nothing. */
export function namespacesMissing(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "no Linux on which this is root";
  return works("unshare", "--net", "true") ? undefined : "no network namespaces";
}

/** Whether the command is there and ends well. */
export function works(name: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(name, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
