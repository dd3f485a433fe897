import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { decode, encode } from "./codec.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

const SAMPLES: readonly unknown[] = [
  null,
  true,
  "",
  "门 \ud800 \u0000 $map",
  0,
  -1.5e300,
  [],
  [[], {}, [null]],
  {},
  { a: 1, b: [{ c: "d" }] },
  new Uint8Array(),
  new Uint8Array([0, 255, 128]),
  new Map(),
  new Map<unknown, unknown>([[1, "open"], ["1", "closed"], [new Map([[{}, []]]), new Uint8Array([7])]]),
  { type: "status", doors: new Map([[1, "open"]]), bytes: new Uint8Array([1]) },
];

/** Data that looks like one of the codec's own records. */
const LOOKALIKES: readonly unknown[] = [
  { $map: [] },
  { $map: [["a", "b"]] },
  { $bytes: "AAAA" },
  { $$map: 1 },
  { $: 1 },
  { $$: { $bytes: {} } },
  { $map: 1, more: 2 },
  { $unknown: [] },
  { __proto__: null, $bytes: "x" },
  new Map([[{ $map: [] }, { $bytes: "" }]]),
];

test("decode() gives back what encode() was given", () => {
  for (const value of [...SAMPLES, ...LOOKALIKES]) {
    const back = decode(encode(value));
    ok(sameData(back, value), Deno.inspect({ value, back }));
  }
});

test("decode() gives back whatever is put together of samples", () => {
  let seed = 1;
  const below = (max: number) => (seed = (seed * 48_271) % 2_147_483_647) % max;
  const all = [...SAMPLES, ...LOOKALIKES];
  const keys = ["a", "$map", "$bytes", "$$", "__proto__", "constructor", ""];
  const grow = (depth: number): unknown => {
    const kind = depth === 0 ? 0 : below(4);
    if (kind === 0) return all[below(all.length)];
    const parts = Array.from({ length: below(3) }, () => grow(depth - 1));
    if (kind === 1) return parts;
    if (kind === 2) return new Map(parts.map((part) => [part, grow(depth - 1)]));
    return Object.fromEntries(parts.map((part) => [keys[below(keys.length)], part]));
  };
  for (let n = 0; n < 2_000; n++) {
    const value = grow(5);
    ok(sameData(decode(encode(value)), value), Deno.inspect(value, { depth: 9 }));
  }
});

test("encode() leaves out what is undefined, also where that leaves one key", () => {
  deepEqual(decode(encode({ a: undefined, b: 1 })), { b: 1 });
  deepEqual(decode(encode({ a: undefined, $map: [] })), { $map: [] });
});

test("decode() keeps a key named __proto__ a key", () => {
  const back = decode(bytes(`{"__proto__":{"polluted":1},"a":2}`)) as Record<string, unknown>;
  equal(Object.getPrototypeOf(back), Object.prototype);
  equal(back["polluted"], undefined);
  deepEqual(Object.keys(back), ["__proto__", "a"]);
});

test("encode() refuses what is not plain data", () => {
  const round: unknown[] = [];
  round.push(round);
  const others = [
    undefined,
    NaN,
    Infinity,
    1n,
    Symbol("x"),
    () => {},
    new Date(0),
    new Set(),
    new Error("x"),
  ];
  for (const value of [...others, [undefined], { a: NaN }, new Map([[1, 2n]]), round]) {
    throws(() => encode(value), TypeError, Deno.inspect(value));
  }
});

test("decode() refuses hostile bytes with one kind of error that repeats none of them", () => {
  const deep = "[".repeat(100_000);
  const texts = [
    "",
    "secret",
    "{",
    `{"$map":1}`,
    `{"$map":[1]}`,
    `{"$map":[["k"]]}`,
    `{"$map":[["k",1,2]]}`,
    `{"$map":{"length":1}}`,
    `{"$bytes":1}`,
    `{"$bytes":"secret!"}`,
    `{"$bytes":"A"}`,
    `{"$secret":1}`,
    `{"$":1}`,
    `\ufeff{}`,
    "[1] secret",
    deep,
    deep + "]".repeat(100_000),
    `${`{"a":`.repeat(70)}1${"}".repeat(70)}`,
    `${`{"$map":[[1,`.repeat(70)}1${"]]}".repeat(70)}`,
  ];
  const broken = [new Uint8Array([0xff]), new Uint8Array([0x22, 0xc3, 0x22]), new Uint8Array([0, 1, 2, 3])];
  for (const input of [...texts.map(bytes), ...broken]) {
    throws(() => decode(input), (error) => {
      ok(error instanceof SyntaxError && /^Cannot read \d+ bytes: /.test(error.message), String(error));
      return !/secret/.test(Deno.inspect(error));
    });
  }
});

test("decode() ends with data or a SyntaxError, whatever single byte is changed", () => {
  const good = encode(SAMPLES);
  for (let at = 0; at < good.length; at++) {
    for (const value of [0, 0x22, 0x24, 0x5b, 0x7d, 0xff]) {
      const changed = good.slice();
      changed[at] = value;
      try {
        decode(changed);
      } catch (error) {
        ok(error instanceof SyntaxError, String(error));
      }
    }
  }
});

/** `deepEqual` tells records without a prototype from others, and does not look into keys of maps that are records. */
function sameData(a: unknown, b: unknown): boolean {
  return Deno.inspect(plain(a), { depth: 20 }) === Deno.inspect(plain(b), { depth: 20 });
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return ["map", [...value].map(([key, item]) => [plain(key), plain(item)])];
  return ["record", Object.entries(value).map(([key, item]) => [key, plain(item)])];
}
