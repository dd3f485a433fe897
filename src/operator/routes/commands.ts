import { commandsPage, commandWithin } from "../../db/journal/commands.ts";
import { namesOf, withNames } from "../../db/queries/lists/names.ts";
import { cameAt } from "../../http/request_arrival.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { COMMAND } from "../../lib/limits.ts";
import { conflict, isSameAs } from "../../locker/commands/taps.ts";
import { isAllowed } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { commandAnswer, commandRoutes, namedCommandAnswer } from "../contract/commands.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { refuseUnlessMayAskFor, refuseUnlessMayTouchHeld, shownTo } from "../special_rights.ts";
import { found } from "../requests.ts";

/** Opening a cell, and the journal of commands. */
export function commandHandlers(mount: Mount, context: OperatorContext): void {
  const { db, cabinets, commands, journal, auditLog, wallClock } = context;

  mount(commandRoutes.open, async ({ c, path: { id: cabinet, cell }, body, actor, caller }) => {
    await refuseUnlessMayTouchHeld(caller, { cabinet: cabinet.id, cell: cell.cell, cabinets });
    const came = cameAt(c, wallClock);
    const { reason: note, at = came } = body;
    if (caller.role !== undefined && note === undefined) {
      throw new Problem(422, "reason: say why the door is opened; it is kept in the audit log");
    }
    const { id, who: by } = actor;
    const onlyUnheld = !isAllowed(caller, "attend");
    const tap = {
      ...{ command: "open", id, cabinet, cell: cell.cell, by } as const,
      ...{ at: Math.min(at, came), onlyUnheld },
    };
    const known = await journal.find(id);
    // What is not tried is not noted.
    if (known && !isSameAs(known, tap)) throw conflict(tap);
    await auditLog.note(actor, { act: "open", cabinet: cabinet.id, cell: cell.cell, subject: id });
    // After that time the command goes on, and the answer says how far it has come.
    await withTimeout(commands.run(note === undefined ? tap : { ...tap, note }), {
      ms: COMMAND.operatorWaitMs,
      fallback: () => {},
    });
    const row = await journal.find(id);
    if (!row) throw new Problem(503, `The command ${id} is not written down yet; ask for it again`);
    return commandAnswer(row);
  });
  mount(commandRoutes.get, async ({ path: { id }, caller }) => {
    const named = await db.view(caller, async (view) => {
      const row = found(await commandWithin(view, id), "command", id);
      return { row, nameOf: await namesOf(view, [row.by]) };
    });
    return shownTo(caller, namedCommandAnswer(named));
  });
  mount(commandRoutes.list, ({ query, caller }) => {
    refuseUnlessMayAskFor(caller, query);
    return listed(query, {
      list: "commands",
      read: (filter) =>
        db.view(
          caller,
          async (view) => await withNames(view, await commandsPage(view, filter), ({ by }) => [by]),
        ),
      answer: (named) => shownTo(caller, namedCommandAnswer(named)),
    });
  });
}
