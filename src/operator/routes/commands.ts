import type { Hono } from "hono";
import { cameAt } from "../../http/request_arrival.ts";
import { commandsPage } from "../../db/journal/commands.ts";
import type { CommandTable } from "../../db/mod.ts";
import { COMMAND } from "../../lib/limits.ts";
import { ConflictError } from "../../locker/mod.ts";
import { commandAnswer } from "../schemas/answers.ts";
import { openBody } from "../schemas/bodies.ts";
import type { OperatorContext } from "../context.ts";
import { cursorOf, listAnswer } from "../cursor.ts";
import { Problem } from "../problem.ts";
import { commandQuery } from "../schemas/queries.ts";
import { actingOf, bodyOf, checked, theCabinet, theCell, theOne } from "../requests.ts";

/** Opening a cell, and the journal of commands. */
export function commandsRoutes(api: Hono, context: OperatorContext): void {
  const { db, cabinets, commands, journal, actLog, trustedProxies, wallClock } = context;

  api.post("/cabinets/:id/cells/:cell/open", async (c) => {
    const came = cameAt(c, wallClock);
    const cabinet = await theCabinet(c, cabinets);
    const { cell } = theCell(c, cabinet);
    const { reason, at = came } = await bodyOf(c, openBody);
    const acting = await actingOf(c, { trustedProxies, reason });
    const { id, who: by } = acting;
    // What is not tried is not noted.
    if (isAnother(await journal.find(id), { by, cabinet: cabinet.id, cell })) {
      throw new ConflictError(`Cannot open cell ${cell}: the id ${id} belongs to another command`);
    }
    await actLog.note(acting, { act: "open", cabinet: cabinet.id, cell, subject: id });
    const note = reason === undefined ? {} : { note: reason };
    const tap = { command: "open", id, cabinet, cell, by, at: Math.min(at, came), ...note } as const;
    await inTime(commands.run(tap), COMMAND.operatorWaitMs);
    const row = await journal.find(id);
    if (!row) throw new Problem(503, `The command ${id} is not written down yet; ask for it again`);
    return c.json(commandAnswer(row));
  });
  api.get("/commands/:id", async (c) => {
    return c.json(commandAnswer(await theOne(c, "command", (id) => journal.find(id))));
  });
  api.get("/commands", async (c) => {
    const { before, ...filter } = checked(commandQuery, c.req.query(), "query");
    const page = await commandsPage(db.tables, { ...filter, before: cursorOf(before) });
    return c.json(listAnswer(page, commandAnswer));
  });
}

function isAnother(
  known: CommandTable | undefined,
  { by, cabinet, cell }: Pick<CommandTable, "by" | "cabinet" | "cell">,
): boolean {
  if (!known) return false;
  return known.command !== "open" || known.by !== by || known.cabinet !== cabinet || known.cell !== cell;
}

/** Resolves when the work is done or the time is up; the work goes on. */
async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
