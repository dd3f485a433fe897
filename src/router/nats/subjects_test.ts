import { equal, match, notEqual, throws } from "node:assert/strict";
import { requestNumber, Subjects, token } from "./subjects.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

const TEXTS = [
  "",
  "%",
  "%2E",
  ".",
  "*",
  ">",
  " ",
  "a b",
  "a.b",
  "a%2Eb",
  "a>b",
  "门",
  "\r\n",
  "\0",
  "%25",
  "\ud800",
];

test("token() makes one part of a subject of any text, a different one of each", () => {
  const tokens = TEXTS.map(token);
  for (const one of tokens) match(one, /^[^\s.*>\0]+$/);
  equal(new Set(tokens).size, TEXTS.length);
  equal(token("cab-1_x"), "cab-1_x");
});

test("token() refuses a text for which a server would close the connection", () => {
  throws(() => token("x".repeat(1_025)), RangeError);
  throws(() => token("门".repeat(114)), RangeError);
});

test("Subjects tell addresses and isolates apart", () => {
  const subjects = new Subjects("fleet.one");
  equal(subjects.own("a.b"), "fleet.one.own.a%2Eb");
  notEqual(subjects.own("a"), subjects.events("a"));
  equal(subjects.inbox("i 1", "*"), "fleet.one.in.i%201.*");
  equal(requestNumber(subjects.inbox("i 1", 42)), 42);
});
