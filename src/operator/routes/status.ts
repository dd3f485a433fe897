import type { IsolateStatus, ProgramStatus } from "../../metrics/mod.ts";
import { StaticAnswer } from "../../http/static_answer.ts";
import type { OperatorContext } from "../context.ts";
import { maybeTimestamp } from "../contract/shared/fields.ts";
import { serviceRoutes, type StatusAnswer } from "../contract/status.ts";
import type { Mount } from "../mount.ts";
import { openApi } from "../openapi.ts";
import { Problem } from "../problem.ts";

type IsolateAnswer = StatusAnswer["isolates"][number];

/** What is summed up over the isolates. */
const SUMMED = ["connections", "devices", "people", "commandsRunning", "commandsPerSecond"] as const;

/** Lets the page load our own style, and nothing else: it has no script. */
const REFERENCE_POLICY = "default-src 'none'; style-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The program's status, and the description of the API. No database is asked, so all are told while there is none.
 */
export function serviceHandlers(mount: Mount, { program, db, reference, wallClock }: OperatorContext): void {
  let description: StaticAnswer | undefined;
  let page: StaticAnswer | undefined;
  mount(serviceRoutes.reference, ({ c }) => {
    page ??= new StaticAnswer(reference, "text/html; charset=utf-8");
    c.header("content-security-policy", REFERENCE_POLICY);
    return page.respond(c, { vary: "accept-encoding" });
  });
  mount(serviceRoutes.description, ({ c }) => {
    description ??= new StaticAnswer(new TextEncoder().encode(JSON.stringify(openApi())), "application/json");
    return description.respond(c, { vary: "accept-encoding" });
  });
  mount(serviceRoutes.status, async () => {
    if (!program) throw new Problem(503, "This program does not know how it is");
    const { id, version } = program;
    const answer = statusAnswer(await program.status(), wallClock());
    return { program: id, version, ...answer, database: db.kind };
  });
}

/** @param now milliseconds since 1970 */
function statusAnswer(
  status: ProgramStatus,
  now: number,
): Omit<StatusAnswer, "program" | "version" | "database"> {
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

function isolateAnswer({ startedAt, commandsPerSecond, lagMs, ...isolate }: IsolateStatus): IsolateAnswer {
  return {
    ...isolate,
    startedAt: maybeTimestamp(startedAt),
    commandsPerSecond: toTenths(commandsPerSecond),
    lagMs: Math.round(lagMs),
  };
}

function totals(isolates: readonly IsolateAnswer[]): Record<typeof SUMMED[number], number> {
  const sums = SUMMED.map((name) => {
    return [name, toTenths(isolates.reduce((sum, isolate) => sum + isolate[name], 0))];
  });
  return Object.fromEntries(sums) as Record<typeof SUMMED[number], number>;
}

function toTenths(number: number): number {
  return Math.round(number * 10) / 10;
}
