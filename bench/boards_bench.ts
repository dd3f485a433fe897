/**
 * The 8A codec: what a reply costs, whole, in pieces and behind garbage.
 *
 * @module
 */
import { familyNamed } from "../src/boards/mod.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));
const family = familyNamed("8a");
if (!family) throw new Error("There is no 8A family");
const wiring = "short-when-locked";
const pending = family.readAll(1, 24);

const replies: Record<string, Uint8Array> = {
  "open reply": hex("8A 01 07 00 8C"),
  "read-all reply": hex("80 01 FF FF FF 33 4D"),
  "open reply behind 64 bytes of garbage": Uint8Array.from([
    ...new Uint8Array(64).fill(0x8a),
    ...hex("8A 01 07 00 8C"),
  ]),
};

for (const [name, bytes] of Object.entries(replies)) {
  Deno.bench(name, { group: "decode" }, () => void family.decode(bytes, { wiring, pending }));
}
Deno.bench("open request", { group: "encode" }, () => void family.open({ board: 1, channel: 7 }));
