import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { DEVICE_TLS } from "../../lib/limits.ts";

export interface CertificateFiles {
  /** The path of the certificate, followed by those of its issuers, in PEM. */
  readonly certificate: string;
  /** The path of its private key, in PEM and without a passphrase. */
  readonly key: string;
}

/** What happened when the files were read again. */
export type CertificateReport =
  | { readonly type: "certificate-renewed"; readonly until: string }
  /** The certificate is not valid now or not for long, or the files cannot be used as they are now. */
  | { readonly type: "certificate-trouble"; readonly trouble: string };

/** The files cannot be used; the message begins with the setting that names the file. */
export class CertificateError extends Error {
  override name = "CertificateError";
}

/** A certificate and the key that belongs to it. */
interface LoadedCertificate {
  /** What was in the files. */
  readonly text: string;
  readonly context: SecureContext;
  readonly from: Date;
  readonly until: Date;
}

interface CertificateOptions {
  readonly report: (report: CertificateReport) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * The certificate that the service shows devices over TLS, and its private key. The files are read again from
 * time to time, so that a renewed certificate is taken without a restart.
 */
export class ReloadingCertificate implements Disposable {
  readonly #files: CertificateFiles;
  readonly #options: CertificateOptions;
  #loaded: LoadedCertificate;
  #reported: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    files: CertificateFiles,
    { loaded, ...options }: CertificateOptions & { loaded: LoadedCertificate },
  ) {
    this.#files = files;
    this.#options = options;
    this.#loaded = loaded;
  }

  /**
   * Reads the files. A certificate that is not valid now is taken, as it may be renewed at any moment.
   *
   * @throws {CertificateError} if they cannot be used
   */
  static async read(files: CertificateFiles, options: CertificateOptions): Promise<ReloadingCertificate> {
    const loaded = pairOf(files, await textOf(files));
    const certificate = new ReloadingCertificate(files, { ...options, loaded });
    certificate.#report(certificate.#validity());
    return certificate;
  }

  /** For new connections. */
  get context(): SecureContext {
    return this.#loaded.context;
  }

  /** From now on reads the files again, every {@linkcode DEVICE_TLS.lookMs}. */
  start(): void {
    this.#timer = setInterval(() => this.reload(), DEVICE_TLS.lookMs);
  }

  /**
   * Takes what is in the files if it can be used, else keeps the current certificate. Trouble is reported
   * once. Never rejects.
   */
  async reload(): Promise<void> {
    this.#report(await this.#tryReload() ?? this.#validity());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #report(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.#reported) {
      this.#options.report({ type: "certificate-trouble", trouble });
    }
    this.#reported = trouble;
  }

  /** What is wrong with the files, if anything is. */
  async #tryReload(): Promise<string | undefined> {
    try {
      const text = await textOf(this.#files);
      if (text.certificate + text.key === this.#loaded.text) return undefined;
      this.#loaded = pairOf(this.#files, text);
      const until = this.#loaded.until.toISOString();
      this.#options.report({ type: "certificate-renewed", until });
      return undefined;
    } catch (error) {
      return `${messageOf(error)}; the previous one stays in use`;
    }
  }

  /** What is wrong with the period of validity, if anything is. */
  #validity(): string | undefined {
    const now = this.#options.wallClock();
    const { from, until } = this.#loaded;
    if (now < from.getTime()) return `not valid before ${from.toISOString()}: devices may refuse it`;
    if (now > until.getTime()) return `expired at ${until.toISOString()}: devices may refuse it`;
    if (until.getTime() - now < DEVICE_TLS.soonMs) return `expires at ${until.toISOString()}`;
    return undefined;
  }
}

/**
 * Makes sure that the files can be used.
 *
 * @throws {CertificateError} if not
 */
export async function checkCertificate(files: CertificateFiles): Promise<void> {
  pairOf(files, await textOf(files));
}

async function textOf({ certificate, key }: CertificateFiles): Promise<CertificateFiles> {
  return { certificate: await read("DEVICE_TLS_CERT", certificate), key: await read("DEVICE_TLS_KEY", key) };
}

async function read(setting: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new CertificateError(`${setting}: cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function pairOf(files: CertificateFiles, { certificate, key }: CertificateFiles): LoadedCertificate {
  const first = firstCertificate(certificate);
  if (!first) throw new CertificateError(`DEVICE_TLS_CERT: ${files.certificate} has no certificate in PEM`);
  const pem = blockOf(key, "(?:[A-Z]+ )?PRIVATE KEY");
  const privateKey = privateKeyOf(pem);
  if (!privateKey) {
    throw new CertificateError(`DEVICE_TLS_KEY: ${files.key} has no private key in PEM without a passphrase`);
  }
  if (!first.checkPrivateKey(privateKey)) {
    throw new CertificateError(`DEVICE_TLS_KEY: ${files.key} is not the key of ${files.certificate}`);
  }
  const { validFromDate: from, validToDate: until } = first;
  return { text: certificate + key, context: contextOf(files, { certificate, key: pem }), from, until };
}

function firstCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(blockOf(text, "CERTIFICATE"));
  } catch {
    return undefined;
  }
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function contextOf(files: CertificateFiles, { certificate: cert, key }: CertificateFiles): SecureContext {
  try {
    return createSecureContext({ cert, key });
  } catch (cause) {
    const why = messageOf(cause);
    throw new CertificateError(`DEVICE_TLS_KEY: ${files.key} cannot be used: ${why}`, { cause });
  }
}

/** The first block of that kind: files may have notes, parameters or other blocks before it. */
function blockOf(text: string, kind: string): string {
  return new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----`).exec(text)?.[0] ?? "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
