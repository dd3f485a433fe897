import { passingOfIsolate } from "../capacity.ts";
import { extendAlarm } from "../../db/queries/alarms/alarms.ts";
import { type Ground, now, wallClock } from "./ground.ts";
import { TokenCheck } from "../../operator/mod.ts";
import type { CredentialRefusal } from "../../users/mod.ts";

/** Checks the operator's token. Wrong tokens are reported together with the credentials that people's routes refuse. */
export function tokenCheck(
  ground: Ground,
  refused: (refusal: CredentialRefusal) => void,
): TokenCheck {
  const { options } = ground;
  return new TokenCheck({
    token: options.operatorToken,
    connectionsMax: passingOfIsolate(options.capacity, options.isolates),
    refused: (address) => refused({ what: "token", why: "forged", address }),
    alarm: (until) => raiseGuessAlarm(ground, { kind: "wrong-tokens", until }),
    now,
    wallClock,
  });
}

/** Raises an alarm of the service as a whole, or puts off its end, which is given in milliseconds since 1970. */
export function raiseGuessAlarm(
  { db, failed }: Ground,
  { kind, until }: { kind: "wrong-tokens" | "wrong-passwords"; until: number },
): void {
  const alarm = { kind, cabinet: "", cell: 0, subject: "", raised_at: wallClock(), until };
  db.writer.transaction((trx) => extendAlarm(trx, alarm)).catch(failed);
}
