const encoder = new TextEncoder();

/** Prints a measurement of a test. */
export function say(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`    ${line}\n`));
}
