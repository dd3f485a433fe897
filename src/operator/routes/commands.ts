import { commandsPage } from "../../db/journal/commands.ts";
import { cameAt } from "../../http/request_arrival.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { COMMAND } from "../../lib/limits.ts";
import { conflict, isSameAs } from "../../locker/commands/taps.ts";
import type { OperatorContext } from "../context.ts";
import { commandAnswer, commandRoutes } from "../contract/commands.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { found } from "../requests.ts";

/** Opening a cell, and the journal of commands. */
export function commandHandlers(mount: Mount, context: OperatorContext): void {
  const { db, commands, journal, auditLog, wallClock } = context;

  mount(commandRoutes.open, async ({ c, path: { id: cabinet, cell: { cell } }, body, actor }) => {
    const came = cameAt(c, wallClock);
    const { reason: note, at = came } = body;
    const { id, who: by } = actor;
    const tap = { command: "open", id, cabinet, cell, by, at: Math.min(at, came) } as const;
    const known = await journal.find(id);
    // What is not tried is not noted.
    if (known && !isSameAs(known, tap)) throw conflict(tap);
    await auditLog.note(actor, { act: "open", cabinet: cabinet.id, cell, subject: id });
    // After that time the command goes on, and the answer says how far it has come.
    await withTimeout(commands.run(note === undefined ? tap : { ...tap, note }), {
      ms: COMMAND.operatorWaitMs,
      fallback: () => {},
    });
    const row = await journal.find(id);
    if (!row) throw new Problem(503, `The command ${id} is not written down yet; ask for it again`);
    return commandAnswer(row);
  });
  mount(commandRoutes.get, async ({ path: { id } }) => {
    return commandAnswer(found(await journal.find(id), "command", id));
  });
  mount(commandRoutes.list, ({ query }) => {
    return listed(query, (filter) => commandsPage(db.tables, filter), commandAnswer);
  });
}
