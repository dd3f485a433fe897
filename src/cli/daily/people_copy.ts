import type { Command } from "commander";
import { Client } from "../client.ts";
import { openTarget } from "../export/target.ts";
import { Failure, type Io } from "../io.ts";
import type { ServiceOptions } from "../place.ts";
import { personIdOf } from "./person_id.ts";

interface CopyOptions extends ServiceOptions {
  readonly out: string;
}

/** As long as the history of years may take on a slow disk. */
const TIMEOUT_MS = 10 * 60_000;
const STDOUT = "-";
/** For the file's owner alone. */
const PRIVATE = 0o600;

/** Adds `kaigui people copy`. */
export function addPeopleCopy(people: Command, io: Io): void {
  const copy = people.command("copy")
    .summary("all that is kept about a person, as JSON")
    .description(
      "Writes all that is kept about a person, as JSON: what they may ask for. It is noted in the audit log.",
    )
    .argument("<person>", "their id or number")
    .option("--out <file>", "write to this file; - is standard output", STDOUT);
  copy.action(async (which: string) => await copyPerson(which, copy.optsWithGlobals(), io));
}

/** Writes the copy as it comes, or leaves no file. */
async function copyPerson(which: string, { out, ...place }: CopyOptions, io: Io): Promise<void> {
  const interruption = new AbortController();
  const { signal } = interruption;
  io.interrupted().then(() => interruption.abort(new Failure("Interrupted: the copy is not complete")));
  const client = Client.of(place, io);
  const id = await personIdOf(which, client);
  await using target = await openTarget(out, { io, signal, what: "copy", mode: PRIVATE });
  const input = { path: { id }, timeoutMs: TIMEOUT_MS, signal };
  for await (const part of client.jsonParts("historiesCopy", input)) await target.write(part);
  await target.finish();
  if (out !== STDOUT) io.say(`wrote ${out}`);
}
