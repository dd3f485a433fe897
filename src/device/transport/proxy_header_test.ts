import { deepEqual, equal, throws } from "node:assert/strict";
import { DEVICE_PROXY } from "../../lib/limits.ts";
import { ProxyHeaderError, readProxyHeader } from "./proxy_header.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(" ", ""));
const START = "0D0A0D0A000D0A515549540A";
const FROM_4 = "CB007107 0A530002 9C41 205A";
const FROM_6 = "20010DB8000000000000000000000007 20010DB8000000000000000000000001 9C41 205A";
const MAPPED = "00000000000000000000FFFFCB007107 00000000000000000000FFFF0A530002 9C41 205A";
const UNIX = "2F72756E".padEnd(2 * 216, "0");

/** What HAProxy, nginx and the clouds' balancers send, and where the connection comes from. */
const HEADERS: readonly [header: Uint8Array, source: { hostname: string; port: number } | undefined][] = [
  [latin1("PROXY TCP4 203.0.113.7 10.83.0.2 40001 8282\r\n"), { hostname: "203.0.113.7", port: 40_001 }],
  [latin1("PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n"), {
    hostname: "255.255.255.255",
    port: 65_535,
  }],
  [latin1("PROXY TCP6 2001:DB8:0:0::7 2001:db8::1 40001 8282\r\n"), {
    hostname: "2001:db8::7",
    port: 40_001,
  }],
  [latin1("PROXY TCP6 ::ffff:203.0.113.7 ::ffff:10.83.0.2 1 2\r\n"), { hostname: "203.0.113.7", port: 1 }],
  [latin1("PROXY TCP6 64:ff9b::cb00:7107 2001:db8::1 1 2\r\n"), { hostname: "203.0.113.7", port: 1 }],
  [latin1("PROXY UNKNOWN\r\n"), undefined],
  [latin1(`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`), undefined],
  [hex(`${START} 21 11 000C ${FROM_4}`), { hostname: "203.0.113.7", port: 40_001 }],
  [hex(`${START} 21 21 0024 ${FROM_6}`), { hostname: "2001:db8::7", port: 40_001 }],
  [hex(`${START} 21 21 0024 ${MAPPED}`), { hostname: "203.0.113.7", port: 40_001 }],
  // With what AWS adds, and a checksum.
  [hex(`${START} 21 11 0019 ${FROM_4} EA 0003 017670 03 0004 01020304`), {
    hostname: "203.0.113.7",
    port: 40_001,
  }],
  // A health check of the balancer itself, with and without addresses.
  [hex(`${START} 20 00 0000`), undefined],
  [hex(`${START} 20 11 000C ${FROM_4}`), undefined],
  [hex(`${START} 20 F7 0000`), undefined],
  // Unspecified, over UDP, and from a Unix socket: the balancer is all that is known.
  [hex(`${START} 21 00 0000`), undefined],
  [hex(`${START} 21 10 000C ${FROM_4}`), undefined],
  [hex(`${START} 21 12 000C ${FROM_4}`), undefined],
  [hex(`${START} 21 31 00D8 ${UNIX}`), undefined],
];

pure("readProxyHeader() reads what balancers send, whatever stands behind it", () => {
  for (const [header, source] of HEADERS) {
    for (const rest of [[], [0x0d, 0x0a], latin1("IMEI860000000000001"), header]) {
      deepEqual(readProxyHeader(Uint8Array.of(...header, ...rest)), { length: header.length, source });
    }
  }
});

pure("readProxyHeader() waits wherever a header is cut", () => {
  for (const [header] of HEADERS) {
    for (let length = 0; length < header.length; length++) {
      equal(readProxyHeader(header.subarray(0, length)), undefined, `${header.toHex()} cut at ${length}`);
    }
  }
});

pure("readProxyHeader() refuses all else as soon as it can", () => {
  const wrong = [
    latin1("IMEI860000000000001"),
    latin1("P "),
    latin1("PROXX"),
    latin1("proxy TCP4"),
    latin1("GET / HTTP/1.1\r\n"),
    hex("16030100"),
    hex("0D0A0D0A01"),
    ...[
      "",
      "TCP4",
      "TCP5 203.0.113.7 10.83.0.2 1 2",
      "TCP4 203.0.113.7 10.83.0.2 1",
      "TCP4 203.0.113.7 10.83.0.2 1 2 3",
      "TCP4 203.0.113.7  10.83.0.2 1 2",
      "TCP4 203.0.113.07 10.83.0.2 1 2",
      "TCP4 203.0.113.256 10.83.0.2 1 2",
      "TCP4 2001:db8::7 2001:db8::1 1 2",
      "TCP6 203.0.113.7 10.83.0.2 1 2",
      "TCP6 fe80::7%eth0 2001:db8::1 1 2",
      "TCP4 203.0.113.7 10.83.0.2 01 2",
      "TCP4 203.0.113.7 10.83.0.2 65536 2",
      "TCP4 203.0.113.7 10.83.0.2 -1 2",
      "UNKNOWNS",
    ].map((rest) => latin1(`PROXY ${rest}\r\n`)),
    // No end, and half of one.
    latin1("PROXY UNKNOWN ".padEnd(DEVICE_PROXY.textBytesMax, "x")),
    latin1("PROXY UNKNOWN\n".padEnd(DEVICE_PROXY.textBytesMax, "\r")),
    // Another version, another command, another family, another transport.
    hex(`${START} 11 11 000C`),
    hex(`${START} 22 11 000C`),
    hex(`${START} 21 41 000C ${FROM_4}`),
    hex(`${START} 21 13 000C ${FROM_4}`),
    // Too short for its addresses, and longer than any.
    hex(`${START} 21 11 000B ${FROM_4}`),
    hex(`${START} 21 21 000C ${FROM_4}`),
    hex(`${START} 21 11 FFFF`),
  ];
  for (const bytes of wrong) throws(() => readProxyHeader(bytes), ProxyHeaderError, bytes.toHex());
});

pure("readProxyHeader() never asks for more than the longest header, nor takes more than there is", () => {
  let seed = 1;
  const random = () => (seed = seed * 48_271 % 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 20_000; round++) {
    const [header] = HEADERS[Math.floor(random() * HEADERS.length)] as typeof HEADERS[number];
    const bytes = new Uint8Array(DEVICE_PROXY.binaryBytesMax).fill(0x20);
    bytes.set(header);
    for (let change = 0; change < 3; change++) bytes[Math.floor(random() * 64)] = Math.floor(random() * 256);
    try {
      const read = readProxyHeader(bytes);
      equal(read !== undefined && read.length <= bytes.length, true, bytes.toHex());
    } catch (error) {
      equal(error instanceof ProxyHeaderError, true, String(error));
    }
  }
});
