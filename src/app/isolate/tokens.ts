import { passingOfIsolate } from "../capacity.ts";
import { extendAlarm } from "../../db/queries/records.ts";
import { type Ground, now, wallClock } from "./ground.ts";
import { TokenCheck } from "../../operator/mod.ts";
import type { CredentialRefusal } from "../../users/mod.ts";

/** An alarm of the service as a whole is of no cabinet. */
const ALARM = { kind: "wrong-tokens", cabinet: "", cell: 0, subject: "" } as const;

/** Checks the operator's token. Wrong tokens are reported together with the credentials that people's routes refuse. */
export function tokenCheck(
  { options, db, failed }: Ground,
  refused: (refusal: CredentialRefusal) => void,
): TokenCheck {
  return new TokenCheck({
    token: options.operatorToken,
    connectionsMax: passingOfIsolate(options.capacity, options.isolates),
    refused: (address) => refused({ what: "token", why: "forged", address }),
    alarm: (until) => {
      const alarm = { ...ALARM, raised_at: wallClock(), until };
      db.writer.transaction((trx) => extendAlarm(trx, alarm)).catch(failed);
    },
    now,
    wallClock,
  });
}
