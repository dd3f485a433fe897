import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { tempFolder } from "../../../testing/folders.ts";
import { FIRST, SECOND } from "../../../testing/servers/tls.ts";
import {
  CertificateError,
  type CertificateReport,
  checkCertificate,
  ReloadingCertificate,
} from "./certificate.ts";

const IN_2040 = Date.UTC(2040, 0);
const [TOO_EARLY, LATE, TOO_LATE] = [Date.UTC(2019, 0), Date.UTC(2119, 11, 20), Date.UTC(2121, 0)];

/** The first certificate in a folder of its own, with a clock in the test's hand. */
async function kept(stack: AsyncDisposableStack, now = IN_2040) {
  const { path } = stack.use(await tempFolder());
  const files = await FIRST.copyTo(path);
  const reports: CertificateReport[] = [];
  const clock = { now };
  const report = (report: CertificateReport) => reports.push(report);
  const certificate = stack.use(
    await ReloadingCertificate.read(files, { report, wallClock: () => clock.now }),
  );
  return { certificate, files, path, reports, clock };
}

/** The trouble that was reported. */
function troubles(reports: readonly CertificateReport[]): string[] {
  return reports.flatMap((report) => report.type === "certificate-trouble" ? report.trouble : []);
}

Deno.test("checkCertificate() takes a certificate and its key, whatever else is in the files", async () => {
  await using folder = await tempFolder();
  await checkCertificate(FIRST);
  const both = `${folder.path}/both.pem`;
  const [key, chain] = [await Deno.readTextFile(FIRST.key), FIRST.pem + SECOND.pem];
  const notes =
    "subject=/CN=notes\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  await Deno.writeTextFile(both, notes + key + chain);
  await checkCertificate({ certificate: both, key: both });
});

Deno.test("checkCertificate() says which file cannot be used, and why", async () => {
  await using folder = await tempFolder();
  const nothing = `${folder.path}/nothing.pem`;
  const empty = `${folder.path}/empty.pem`;
  await Deno.writeTextFile(empty, "nothing in here");
  const broken = `${folder.path}/broken.pem`;
  await Deno.writeTextFile(broken, FIRST.pem.replaceAll(/[A-Z]{2}/g, (two) => `${two[1]}${two[0]}`));
  const cases: [certificate: string, key: string, why: RegExp][] = [
    [nothing, FIRST.key, /^DEVICE_TLS_CERT: cannot read .*nothing\.pem: /],
    [FIRST.certificate, nothing, /^DEVICE_TLS_KEY: cannot read .*nothing\.pem: /],
    [empty, FIRST.key, /^DEVICE_TLS_CERT: .*empty\.pem has no certificate in PEM$/],
    [broken, FIRST.key, /^DEVICE_TLS_CERT: .*broken\.pem has no certificate in PEM$/],
    [FIRST.certificate, FIRST.certificate, /^DEVICE_TLS_KEY: .*cert\.pem has no private key in PEM/],
    [
      FIRST.certificate,
      SECOND.key,
      /^DEVICE_TLS_KEY: .*second\.key\.pem is not the key of .*first\.cert\.pem$/,
    ],
  ];
  for (const [certificate, key, why] of cases) {
    await rejects(checkCertificate({ certificate, key }), (error) => {
      equal(error instanceof CertificateError, true);
      match((error as Error).message, why);
      return true;
    });
  }
});

Deno.test("reload() takes a renewed certificate, and does nothing while the files are the same", async () => {
  await using stack = new AsyncDisposableStack();
  const { certificate, path, reports } = await kept(stack);
  const before = certificate.context;
  await certificate.reload();
  equal(certificate.context, before);
  await SECOND.copyTo(path);
  await certificate.reload();
  notEqual(certificate.context, before);
  await certificate.reload();
  deepEqual(reports.map(({ type }) => type), ["certificate-renewed"]);
});

Deno.test("reload() keeps the certificate while the files cannot be used, and reports that once", async () => {
  await using stack = new AsyncDisposableStack();
  const { certificate, files, path, reports } = await kept(stack);
  const before = certificate.context;
  await Deno.copyFile(SECOND.certificate, files.certificate);
  for (let looks = 0; looks < 3; looks++) await certificate.reload();
  await Deno.remove(files.key);
  for (let looks = 0; looks < 3; looks++) await certificate.reload();
  equal(certificate.context, before);
  const [misfit, missing, ...more] = troubles(reports);
  match(misfit ?? "", /is not the key of .*; the previous one stays in use$/);
  match(missing ?? "", /cannot read .*; the previous one stays in use$/);
  deepEqual(more, []);
  await SECOND.copyTo(path);
  await certificate.reload();
  notEqual(certificate.context, before);
});

Deno.test("reload() warns of a certificate that is not valid, and two weeks before its end", async () => {
  await using stack = new AsyncDisposableStack();
  const { certificate, reports, clock } = await kept(stack);
  for (const now of [IN_2040, TOO_EARLY, LATE, LATE + 1, TOO_LATE, TOO_LATE + 1, IN_2040]) {
    clock.now = now;
    await certificate.reload();
  }
  const [early, soon, expired, ...more] = troubles(reports);
  match(early ?? "", /^not valid before 2020-/);
  match(soon ?? "", /^expires at 2120-/);
  match(expired ?? "", /^expired at 2120-/);
  deepEqual(more, []);
});
