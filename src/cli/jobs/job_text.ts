import type { Job, JobPart } from "kaigui-client";
import { fields, table, time } from "../table.ts";
import { cellText } from "../daily/lists.ts";

/**
 * A job, and how far it is, as text.
 *
 * @param name of who started it, where it is known
 */
export function jobText(job: Job, name: string | undefined): string {
  const [kind] = job.who.split(":");
  const who = name === undefined ? job.who : `${kind} ${name}`;
  return fields([
    ["id", job.id],
    ["act", job.act],
    ["state", job.problem === null ? job.state : `${job.state}: ${job.problem}`],
    ["progress", `${job.handled} of ${job.total}: ${resultText(job)}`],
    ["started", `${time(job.createdAt)} by ${who}`],
    ["over", job.finishedAt === null ? "not yet" : time(job.finishedAt)],
    ["reason", job.reason ?? "none"],
  ]);
}

/** What came of it so far. */
export function resultText({ done, unchanged, refused }: Job): string {
  return `${done} done, ${unchanged} unchanged, ${refused} refused`;
}

/** What came of its cabinets or cells, a line each. */
export function partTable(parts: readonly JobPart[]): string {
  const rows = parts.map((part) => [part.cabinet, cellText(part.cell), part.result, part.detail ?? ""]);
  return table(["CABINET", "CELL", "RESULT", "WHY"], rows);
}
