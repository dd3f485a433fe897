import { plainSecrets, sealedSecrets, sealSecret } from "../../db/queries/cabinets.ts";
import { type CabinetTable, type Database, migratedAt } from "../../db/mod.ts";
import { SEALING } from "../../lib/limits.ts";
import { SecretBox, UnreadableSecretError } from "../../lib/secret_box.ts";

/** What makes the column for sealed secrets. */
const MIGRATION = "0008_shared_and_sealed";

/** Where a cabinet's secret stands. */
type Row = Pick<CabinetTable, "id" | "secret" | "sealed_secret">;

/**
 * What smart controllers prove that they know, sealed in the database.
 *
 * The version before has it in plain in `cabinets.secret`, and may run beside this one during an upgrade. So this
 * version reads both; what it writes is sealed, and the plain one is gone with it. A plain one that is there is
 * newer than a sealed one beside it, as only the version before has written it. What that version left is sealed
 * once an upgrade is surely over, a day after its migration.
 */
export class ControllerSecrets {
  readonly #box: SecretBox;

  /** @param sessionSecret known to the programs of the service alone */
  constructor(sessionSecret: string) {
    this.#box = new SecretBox(sessionSecret);
  }

  /** The secret as the database keeps it. */
  async seal(secret: string, cabinet: string): Promise<string> {
    return await this.#box.seal(secret, ownerOf(cabinet));
  }

  /**
   * The cabinet's secret; `undefined`: it has none.
   *
   * @throws {UnreadableSecretError} if it was sealed with another `SESSION_SECRET`
   */
  async of({ id, secret, sealed_secret: sealed }: Row): Promise<string | undefined> {
    if (secret !== null || sealed === null) return secret ?? undefined;
    try {
      return await this.#box.open(sealed, ownerOf(id));
    } catch (cause) {
      throw new UnreadableSecretError(
        `Cannot read the secret of cabinet ${id}: it was sealed with another SESSION_SECRET. ` +
          "Set that one again, or give the cabinet a new secret",
        { cause },
      );
    }
  }

  /**
   * Seals what the version before has left, once it surely runs no more; harmless where several programs do so.
   *
   * @param now milliseconds since 1970
   * @returns how many were sealed
   */
  async sealLeft(db: Database, now: number): Promise<number> {
    const left = await plainSecrets(db.tables, SEALING.stepMax);
    if (left.length === 0) return 0;
    const since = await migratedAt(db.tables, MIGRATION);
    if (since === undefined || now < since + SEALING.afterMs) return 0;
    let count = 0;
    for (const { id, secret } of left) {
      const sealed = await this.seal(secret, id);
      if (await db.writer.transaction((trx) => sealSecret(trx, { id, secret, sealed }))) count++;
    }
    return count;
  }

  /**
   * Looks whether the secrets that are sealed can be read, which one `SESSION_SECRET` decides for all.
   *
   * @throws {UnreadableSecretError} if one cannot
   */
  async check(db: Database): Promise<void> {
    for (const row of await sealedSecrets(db.tables, SEALING.checkMax)) await this.of(row);
  }
}

function ownerOf(cabinet: string): string {
  return `cabinet ${cabinet}`;
}
