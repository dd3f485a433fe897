import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { LOG_IN } from "../../lib/limits.ts";
import { type HashOrigin, HashQueue } from "./hash_queue.ts";

/** The text cannot be a password. The message says what is wanted. */
export class InvalidPasswordError extends Error {
  override name = "InvalidPasswordError";
}

/** Too many passwords wait to be hashed. */
export class HasherBusyError extends Error {
  override name = "HasherBusyError";
}

/** What a hash costs (RFC 7914): it takes `128 * n * r` bytes of memory. */
export interface ScryptCost {
  /** A power of 2. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's recommendation: 128 MiB, and 0.4 s of one processor. */
const COST: ScryptCost = { n: 2 ** 17, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Callers of the program itself, who have shown by other means that they may. */
const INSIDE: HashOrigin = ["inside"];

/**
 * Hashes passwords with scrypt, in threads of the runtime. An isolate hashes one password at a time, and takes a lock for it
 * that it shares with other isolates: with two such locks no more than two are hashed at once in the whole program, which
 * bounds memory and leaves processors to others. In which order: {@linkcode HashQueue}.
 */
export class PasswordHasher {
  readonly #lock: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #cost: ScryptCost;
  readonly #turns = new Semaphore<HashOrigin>(1, new HashQueue());
  readonly #waiting = new KeyedCounts(LOG_IN.hashesWaitingMax);

  /**
   * @param options.lock runs work when other isolates leave room for it
   * @param options.cost of new hashes @default {COST}
   */
  constructor({ lock, cost = COST }: {
    lock: <T>(work: () => Promise<T>) => Promise<T>;
    cost?: ScryptCost;
  }) {
    this.#lock = lock;
    this.#cost = cost;
  }

  /**
   * The password as it is stored: `scrypt$N$r$p$salt$hash`, the last two in base64.
   *
   * @throws {InvalidPasswordError}
   * @throws {HasherBusyError}
   */
  async hash(password: string, origin: HashOrigin = INSIDE): Promise<string> {
    const text = checkedPassword(password);
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#inTurn(() => scryptOf(text, salt, this.#cost), origin);
    const { n, r, p } = this.#cost;
    return ["scrypt", n, r, p, salt.toBase64(), hash.toBase64()].join("$");
  }

  /**
   * Whether it is the stored password.
   *
   * @param stored `undefined`: there is none, which takes as long to find out
   * @throws {InvalidPasswordError}
   * @throws {HasherBusyError}
   * @throws {TypeError} if what is stored is not of {@linkcode hash}
   */
  async verify(
    password: string,
    stored: string | undefined,
    origin: HashOrigin = INSIDE,
  ): Promise<boolean> {
    const text = checkedPassword(password);
    const { cost, salt, hash } = stored === undefined ? this.#nobody() : parsed(stored);
    const found = await this.#inTurn(() => scryptOf(text, salt, cost), origin);
    return timingSafeEqual(found, hash) && stored !== undefined;
  }

  async #inTurn<T>(work: () => Promise<T>, origin: HashOrigin): Promise<T> {
    using place = this.#waiting.enter(origin[0]);
    if (!place) throw new HasherBusyError("Too many passwords are being checked: try again later");
    return await this.#turns.run(() => this.#lock(work), origin);
  }

  /** Stands for the password of an account that does not exist. */
  #nobody(): StoredHash {
    return { cost: this.#cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
  }
}

/**
 * The password in its one form, as RFC 8265, 4.2 has it (OpaqueString): NFC, and every kind of space as U+0020. Not NFKC,
 * which the RFC leaves out on purpose: it would make one of what was typed as different characters.
 *
 * @throws {InvalidPasswordError}
 */
export function checkedPassword(text: string): string {
  const { passwordCharactersMin: min, passwordCharactersMax: max } = LOG_IN;
  const wanted = `a password has ${min} to ${max} characters`;
  // Before anything looks at each character: a code point has two units of UTF-16, and NFC joins a few.
  if (text.length > 4 * max) throw new InvalidPasswordError(`The password is too long: ${wanted}`);
  if (!text.isWellFormed() || /\p{Cc}/u.test(text)) {
    throw new InvalidPasswordError("The password has a control character or half a character: leave it out");
  }
  const password = text.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
  const length = [...password].length;
  if (length < min) throw new InvalidPasswordError(`The password is too short: ${wanted}`);
  if (length > max) throw new InvalidPasswordError(`The password is too long: ${wanted}`);
  return password;
}

interface StoredHash {
  readonly cost: ScryptCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

function parsed(stored: string): StoredHash {
  const [, n, r, p, salt, hash] = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([^$]+)\$([^$]+)$/.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) {
    throw new TypeError("A stored password is not a hash of scrypt");
  }
  return {
    cost: { n: Number(n), r: Number(r), p: Number(p) },
    salt: Uint8Array.fromBase64(salt),
    hash: Uint8Array.fromBase64(hash),
  };
}

function scryptOf(text: string, salt: Uint8Array, { n, r, p }: ScryptCost): Promise<Uint8Array> {
  // What it takes is a little more than 128 * n * r bytes; the default allows 32 MiB.
  const options = { N: n, r, p, maxmem: 2 * 128 * n * r * p };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, options, (error, hash) => error ? reject(error) : resolve(hash));
  });
}
