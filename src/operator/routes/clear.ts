import type { RentalTable } from "../../db/mod.ts";
import type { RentalScope } from "../../locker/mod.ts";
import { confirmationNeeded, Confirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { rentalAnswer, rentalRoutes } from "../contract/rentals.ts";
import type { CheckedRequest, Mount } from "../mount.ts";

type ClearCall = Pick<CheckedRequest<typeof rentalRoutes.clearCabinet>, "body" | "actor">;
type EndedRental = { ended: ReturnType<typeof rentalAnswer>[] };

/** What tells confirmations of clearings from others. */
export const CLEAR_PURPOSE = "kaigui confirmation";

/** Ending all rentals of a cabinet or of one of its cells, once the operator has seen which. */
export function clearHandlers(mount: Mount, { acts, token, wallClock }: OperatorContext): void {
  const confirmations = new Confirmations(token, { purpose: CLEAR_PURPOSE, wallClock });

  const clear = async ({ body: { confirm }, actor }: ClearCall, scope: RentalScope): Promise<EndedRental> => {
    const done = await acts.cleared(actor.id, scope);
    if (done) return endedAnswer(done);
    const seen = await acts.toClear(scope);
    const isConfirmed = confirm !== undefined &&
      confirmations.confirms(confirm, clearingWords(scope, idsOf(seen)));
    const ended = isConfirmed ? await acts.clear(actor, { ...scope, expected: idsOf(seen) }) : undefined;
    if (ended) return endedAnswer(ended);
    // Looked at anew: it may have changed while it was being cleared.
    const rentals = await acts.toClear(scope);
    throw confirmationNeeded(confirmations.offer(clearingWords(scope, idsOf(rentals))), {
      rentals: rentals.map(rentalAnswer),
    });
  };

  mount(rentalRoutes.clearCabinet, (call) => clear(call, { cabinet: call.path.id.id, cell: undefined }));
  mount(rentalRoutes.clearCell, (call) => {
    const { id: cabinet, cell } = call.path;
    return clear(call, { cabinet: cabinet.id, cell: cell.cell });
  });
}

/**
 * What is confirmed: no rental is ended that the first answer did not show.
 *
 * @param rentals their ids, in any order
 */
export function clearingWords(
  { cabinet, cell = 0 }: RentalScope,
  rentals: readonly string[],
): readonly unknown[] {
  return [cabinet, cell, rentals.toSorted()];
}

function endedAnswer(ended: readonly RentalTable[]): EndedRental {
  return { ended: ended.map(rentalAnswer) };
}

function idsOf(rentals: readonly RentalTable[]): string[] {
  return rentals.map(({ id }) => id);
}
