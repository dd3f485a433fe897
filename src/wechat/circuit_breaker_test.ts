import { equal } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import { CircuitBreaker } from "./circuit_breaker.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function broken(now: number): CircuitBreaker {
  const breaker = new CircuitBreaker();
  for (let times = 0; times < WECHAT.awayMax; times++) breaker.silent(now);
  return breaker;
}

pure("Breaker lets all through until there were enough silences in a row", () => {
  const breaker = new CircuitBreaker();
  for (let times = 1; times < WECHAT.awayMax; times++) breaker.silent(0);
  equal(breaker.letsThrough(0), true);
  breaker.answered();
  for (let times = 1; times < WECHAT.awayMax; times++) breaker.silent(0);
  equal(breaker.letsThrough(0), true);
  breaker.silent(0);
  equal(breaker.letsThrough(0), false);
});

pure("Breaker lets one through after the rest, and all after its answer", () => {
  const breaker = broken(0);
  equal(breaker.letsThrough(WECHAT.restMs - 1), false);
  equal(breaker.letsThrough(WECHAT.restMs), true);
  equal(breaker.letsThrough(WECHAT.restMs), false);
  breaker.answered();
  equal(breaker.letsThrough(WECHAT.restMs), true);
  equal(breaker.letsThrough(WECHAT.restMs), true);
});

pure("Breaker rests again when the one that tries hears nothing", () => {
  const breaker = broken(0);
  equal(breaker.letsThrough(WECHAT.restMs), true);
  const later = WECHAT.restMs + WECHAT.callMs;
  breaker.silent(later);
  equal(breaker.letsThrough(later + WECHAT.restMs - 1), false);
  equal(breaker.letsThrough(later + WECHAT.restMs), true);
});

pure("Breaker lets the next one try when the last was never heard of again", () => {
  const breaker = broken(0);
  equal(breaker.letsThrough(WECHAT.restMs), true);
  equal(breaker.letsThrough(2 * WECHAT.restMs), true);
});

pure("Breaker: who tries has ended before the next one does", () => {
  equal(WECHAT.restMs > WECHAT.callMs, true);
});
