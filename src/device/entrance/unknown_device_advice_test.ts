import { deepEqual, match } from "node:assert/strict";
import { adviseOnUnknownDevice } from "./unknown_device_advice.ts";

const hexOf = (text: string): string => new TextEncoder().encode(text).toHex();

Deno.test({
  name: "adviseOnUnknownDevice() shows text as text, and how to make the device a cabinet",
  permissions: "none",
  fn() {
    const command = "deno task kaigui cabinet add ID --name NAME --mode MODE --board BOARD --cells COUNT";
    const cases: [string, string | undefined, string][] = [
      [hexOf("IMEI860000000000001"), "IMEI860000000000001", "--registration IMEI860000000000001"],
      [hexOf("SN:12_3-a.b"), "SN:12_3-a.b", "--registration SN:12_3-a.b"],
      [hexOf("柜 1"), "柜 1", `--registration-hex ${hexOf("柜 1")}`],
      ["0866714045455127", undefined, "--registration-hex 0866714045455127"],
      ["49004d", undefined, "--registration-hex 49004d"],
      ["", undefined, "--registration-hex "],
    ];
    for (const [hex, text, registration] of cases) {
      deepEqual(adviseOnUnknownDevice(hex), { text, advice: `${command} ${registration}` });
    }
  },
});

Deno.test({
  name: "adviseOnUnknownDevice() puts nothing into the command that a shell does not take for a word",
  permissions: "none",
  fn() {
    for (
      const said of [
        "$(reboot)",
        "a;b",
        "a b",
        "-x",
        "--file=/etc/passwd",
        "`id`",
        "a|b",
        "a>b",
        "%PATH%",
        "it's",
      ]
    ) {
      const { text, advice } = adviseOnUnknownDevice(hexOf(said));
      match(advice, /^[\w .:-]+$/, "nothing that a shell takes for more than a word");
      deepEqual([text, advice.split(" ").slice(-2)], [said, ["--registration-hex", hexOf(said)]]);
    }
  },
});

Deno.test({
  name: "adviseOnUnknownDevice() does not take invisible or text-reversing characters for text",
  permissions: "none",
  fn() {
    for (
      const said of ["a\u202Eb", "a\u2066b", "a\u200Bb", "\uFEFFab", "a\x1b[2Jb", "a\tb", "a\uFFFDb", "a\x7f"]
    ) {
      deepEqual(adviseOnUnknownDevice(hexOf(said)).text, undefined, hexOf(said));
    }
    deepEqual(adviseOnUnknownDevice("b4f3ccc341").text, undefined, "GBK");
  },
});

Deno.test({
  name: "adviseOnUnknownDevice() does not advise to register a text that changes with each connection",
  permissions: "none",
  fn() {
    for (
      const said of [
        '{"csq":24,"imei":"866714045455127","ver":"1.9.3"}',
        "imei=866714045455127&time=1700000000",
      ]
    ) {
      const { advice } = adviseOnUnknownDevice(hexOf(said));
      match(advice, /the same at each connection.* --registration 866714045455127 --registration-anywhere$/);
    }
  },
});
