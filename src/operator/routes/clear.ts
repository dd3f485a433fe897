import type { Context, Hono } from "hono";
import type { RentalTable } from "../../db/mod.ts";
import { rentalAnswer, timestamp } from "../schemas/answers.ts";
import { clearBody } from "../schemas/bodies.ts";
import { ClearConfirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { Problem } from "../problem.ts";
import { actingOf, bodyOf, theCabinet, theCell } from "../requests.ts";

/** Where rentals are ended. */
interface RentalScope {
  readonly cabinet: string;
  /** `undefined`: the whole cabinet. */
  readonly cell: number | undefined;
}

/** Ending all rentals of a cabinet or of one of its cells, once the operator has seen which. */
export function clearRoutes(api: Hono, context: OperatorContext): void {
  const { cabinets } = context;
  const confirmations = new ClearConfirmations(context.token, { wallClock: context.wallClock });

  api.post("/cabinets/:id/clear", async (c) => {
    const { id: cabinet } = await theCabinet(c, cabinets);
    return await clear(c, { cabinet, cell: undefined }, { context, confirmations });
  });
  api.post("/cabinets/:id/cells/:cell/clear", async (c) => {
    const cabinet = await theCabinet(c, cabinets);
    const { cell } = theCell(c, cabinet);
    return await clear(c, { cabinet: cabinet.id, cell }, { context, confirmations });
  });
}

async function clear(
  c: Context,
  place: RentalScope,
  { context, confirmations }: { context: OperatorContext; confirmations: ClearConfirmations },
): Promise<Response> {
  const { acts, trustedProxies } = context;
  const { reason, confirm } = await bodyOf(c, clearBody);
  const acting = await actingOf(c, { trustedProxies, reason });
  const done = await acts.cleared(acting.id, place);
  if (done) return endedAnswer(c, done);
  const expected = idsOf(await acts.toClear(place.cabinet, place.cell));
  const isConfirmed = confirm !== undefined &&
    confirmations.confirms(confirm, { ...place, rentals: expected });
  const ended = isConfirmed ? await acts.clear(acting, { ...place, expected }) : undefined;
  if (ended) return endedAnswer(c, ended);
  // Looked at anew: it may have changed while it was being cleared.
  throw confirmationNeeded(await acts.toClear(place.cabinet, place.cell), { place, confirmations });
}

function confirmationNeeded(
  rentals: readonly RentalTable[],
  { place, confirmations }: { place: RentalScope; confirmations: ClearConfirmations },
): Problem {
  const { confirm, expiresAt } = confirmations.offer({ ...place, rentals: idsOf(rentals) });
  return new Problem(409, "Look at what would be ended, then send it again with this `confirm`", {
    title: "Confirmation needed",
    members: { confirm, expiresAt: timestamp(expiresAt), rentals: rentals.map(rentalAnswer) },
  });
}

function endedAnswer(c: Context, ended: readonly RentalTable[]): Response {
  return c.json({ ended: ended.map(rentalAnswer) });
}

function idsOf(rentals: readonly RentalTable[]): string[] {
  return rentals.map(({ id }) => id);
}
