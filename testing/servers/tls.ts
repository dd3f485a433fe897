/**
 * Certificates for tests, valid from 2020 to 2120. Their keys are public, so they must not be used elsewhere.
 *
 * @module
 */
const FOLDER = new URL("tls/", import.meta.url).pathname;

/** A certificate and its key: the files, and the certificate's text. */
export class TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;

  constructor(name: "first" | "second") {
    this.certificate = `${FOLDER}test_only_${name}.cert.pem`;
    this.key = `${FOLDER}test_only_${name}.key.pem`;
    this.pem = Deno.readTextFileSync(this.certificate);
  }

  /** Copies both into the folder, as a renewal does. @returns their paths */
  async copyTo(folder: string): Promise<{ certificate: string; key: string }> {
    const files = { certificate: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    await Deno.copyFile(this.certificate, files.certificate);
    await Deno.copyFile(this.key, files.key);
    return files;
  }
}

/** Two unrelated certificates. */
export const FIRST = new TestCertificate("first");
export const SECOND = new TestCertificate("second");
