/**
 * A program that serves one address, for tests that stop a whole process. Writes a line of JSON for each request that it
 * does: the request, how much time was left, and whether the requester's time was up.
 *
 * @module
 */
import { NatsUplink } from "../../src/router/nats/nats.ts";
import { TextLineStream } from "../lines.ts";

/** A request to the child. */
export interface ChildRequest {
  readonly id: string;
  /** Until when it may be begun, in milliseconds since 1970: processes of one machine share that clock. */
  readonly before: number;
}

/** A line that the child writes. */
export interface ChildLine extends ChildRequest {
  readonly leftMs: number;
  readonly late: boolean;
}

/** The address that the child serves. */
export const CHILD_ADDRESS = "child";

/** Starts a child, which ends with the stack. @returns it, and the lines that it has written so far */
export function startChild(
  url: string,
  stack: AsyncDisposableStack,
): { process: Deno.ChildProcess; lines: readonly ChildLine[] } {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-net=127.0.0.1", import.meta.filename ?? "", url],
    stdout: "piped",
  }).spawn();
  const lines: ChildLine[] = [];
  const reading = (async () => {
    const text = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of text) if (line !== "") lines.push(JSON.parse(line));
  })();
  stack.defer(async () => {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await Promise.all([process.status, reading]);
  });
  return { process, lines };
}

if (import.meta.main) await serve(Deno.args[0] ?? "");

async function serve(url: string): Promise<void> {
  const id = crypto.randomUUID();
  const uplink = await NatsUplink.open<ChildRequest, string, string, string>({
    url,
    program: id,
    isolate: id,
    failed: () => {},
    now: () => performance.now(),
  });
  const encoder = new TextEncoder();
  const handle = (request: ChildRequest, { leftMs }: { leftMs: number }) => {
    const line: ChildLine = { ...request, leftMs, late: Date.now() > request.before };
    Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(line)}\n`));
    return Promise.resolve(`did ${request.id}`);
  };
  uplink.serve(CHILD_ADDRESS, { handle, displaced: () => {} }, 1);
}
