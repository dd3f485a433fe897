/**
 * Certificates for tests. Their keys stand beside them for everybody to read: they are worth nothing elsewhere, and
 * both are valid from 2020 to 2120.
 *
 * @module
 */
const FOLDER = new URL("tls/", import.meta.url).pathname;

/** A certificate and its key: where they are, and what the certificate says. */
export class TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly pem: string;

  constructor(name: "first" | "second") {
    this.certificate = `${FOLDER}test_only_${name}.cert.pem`;
    this.key = `${FOLDER}test_only_${name}.key.pem`;
    this.pem = Deno.readTextFileSync(this.certificate);
  }

  /** Puts copies into that folder, as a renewal does, and says where they are. */
  async copyTo(folder: string): Promise<{ certificate: string; key: string }> {
    const files = { certificate: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    await Deno.copyFile(this.certificate, files.certificate);
    await Deno.copyFile(this.key, files.key);
    return files;
  }
}

/** Two that have nothing in common. */
export const FIRST = new TestCertificate("first");
export const SECOND = new TestCertificate("second");
