import type { RentalTable } from "../../db/mod.ts";
import type { RentalScope } from "../../locker/mod.ts";
import { ClearConfirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { timestamp } from "../contract/shared/fields.ts";
import { rentalAnswer, rentalRoutes } from "../contract/rentals.ts";
import type { CheckedRequest, Mount } from "../mount.ts";
import { Problem } from "../problem.ts";

type ClearCall = Pick<CheckedRequest<typeof rentalRoutes.clearCabinet>, "body" | "actor">;
type EndedRental = { ended: ReturnType<typeof rentalAnswer>[] };

/** Ending all rentals of a cabinet or of one of its cells, once the operator has seen which. */
export function clearHandlers(mount: Mount, { acts, token, wallClock }: OperatorContext): void {
  const confirmations = new ClearConfirmations(token, { wallClock });

  const clear = async ({ body: { confirm }, actor }: ClearCall, scope: RentalScope): Promise<EndedRental> => {
    const done = await acts.cleared(actor.id, scope);
    if (done) return endedAnswer(done);
    const expected = idsOf(await acts.toClear(scope));
    const isConfirmed = confirm !== undefined &&
      confirmations.confirms(confirm, { ...scope, rentals: expected });
    const ended = isConfirmed ? await acts.clear(actor, { ...scope, expected }) : undefined;
    if (ended) return endedAnswer(ended);
    // Looked at anew: it may have changed while it was being cleared.
    throw confirmationNeeded(await acts.toClear(scope), { scope, confirmations });
  };

  mount(rentalRoutes.clearCabinet, (call) => clear(call, { cabinet: call.path.id.id, cell: undefined }));
  mount(rentalRoutes.clearCell, (call) => {
    const { id: cabinet, cell } = call.path;
    return clear(call, { cabinet: cabinet.id, cell: cell.cell });
  });
}

function confirmationNeeded(
  rentals: readonly RentalTable[],
  { scope, confirmations }: { scope: RentalScope; confirmations: ClearConfirmations },
): Problem {
  const { confirm, expiresAt } = confirmations.offer({ ...scope, rentals: idsOf(rentals) });
  return new Problem(409, "Look at what would be ended, then send it again with this `confirm`", {
    title: "Confirmation needed",
    code: "confirmation-needed",
    members: { confirm, expiresAt: timestamp(expiresAt), rentals: rentals.map(rentalAnswer) },
  });
}

function endedAnswer(ended: readonly RentalTable[]): EndedRental {
  return { ended: ended.map(rentalAnswer) };
}

function idsOf(rentals: readonly RentalTable[]): string[] {
  return rentals.map(({ id }) => id);
}
