/**
 * How the program is, for the operator. No database is asked, so it can be told while there is none.
 *
 * @module
 */
import type { Hono } from "hono";
import type { z } from "zod";
import type { IsolateStatus, ProgramStatus } from "../../metrics/mod.ts";
import type * as shapes from "../schemas/answer_shapes.ts";
import { maybeTimestamp } from "../schemas/answers.ts";
import type { OperatorContext } from "../context.ts";
import { Problem } from "../problem.ts";

type StatusBody = z.infer<typeof shapes.statusShape>;
type IsolateBody = z.infer<typeof shapes.isolateShape>;

/** What is summed up over the isolates. */
const SUMMED = ["connections", "devices", "people", "commandsRunning", "commandsPerSecond"] as const;

/** The program's status. */
export function statusRoutes(api: Hono, { program, db, wallClock }: OperatorContext): void {
  api.get("/status", async (c) => {
    if (!program) throw new Problem(503, "This program does not know how it is");
    const { id, version } = program;
    const answer = statusAnswer(await program.status(), wallClock());
    return c.json({ program: id, version, ...answer, database: db.kind } satisfies StatusBody);
  });
}

/** @param now milliseconds since 1970 */
function statusAnswer(
  status: ProgramStatus,
  now: number,
): Omit<StatusBody, "program" | "version" | "database"> {
  const { startedAt, commands, failures, residentBytes, peers, broker } = status;
  const isolates = status.isolates.map(isolateAnswer);
  return {
    startedAt: maybeTimestamp(startedAt),
    uptimeSeconds: startedAt === undefined ? 0 : Math.max(0, Math.floor((now - startedAt) / 1000)),
    isolates,
    totals: {
      isolatesUp: isolates.filter(({ up }) => up).length,
      ...totals(isolates),
      commands,
      failures,
      residentBytes,
    },
    router: { peers, broker },
  };
}

function isolateAnswer({ startedAt, commandsPerSecond, lagMs, ...isolate }: IsolateStatus): IsolateBody {
  return {
    ...isolate,
    startedAt: maybeTimestamp(startedAt),
    commandsPerSecond: toTenths(commandsPerSecond),
    lagMs: Math.round(lagMs),
  };
}

function totals(isolates: readonly IsolateBody[]): Record<typeof SUMMED[number], number> {
  const sums = SUMMED.map((name) => {
    return [name, toTenths(isolates.reduce((sum, isolate) => sum + isolate[name], 0))];
  });
  return Object.fromEntries(sums) as Record<typeof SUMMED[number], number>;
}

function toTenths(number: number): number {
  return Math.round(number * 10) / 10;
}
