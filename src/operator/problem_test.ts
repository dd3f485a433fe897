import { deepEqual, equal } from "node:assert/strict";
import {
  ConflictError,
  HeldError,
  SecretMissingError,
  UnavailableError,
  UnknownCellError,
} from "../locker/mod.ts";
import { Problem, problemOf } from "./problem.ts";

Deno.test({
  name: "problemOf() has a status for each error of the domain, and reports none of them",
  permissions: "none",
  fn() {
    const failures: unknown[] = [];
    const statusOf = (error: Error) => problemOf(error, (error) => failures.push(error)).status;
    equal(statusOf(new UnknownCellError("x")), 404);
    equal(statusOf(new HeldError("x")), 409);
    equal(statusOf(new ConflictError("x")), 422);
    equal(statusOf(new SecretMissingError("x")), 422);
    equal(statusOf(new UnavailableError("x")), 503);
    equal(statusOf(new Problem(426, "x")), 426);
    deepEqual(failures, []);
  },
});

Deno.test({
  name: "problemOf() reports a database that is away and mistakes of the program, and tells them apart",
  permissions: "none",
  fn() {
    const failures: unknown[] = [];
    const of = (error: Error) => problemOf(error, (error) => failures.push(error));
    const away = new Error("Connection terminated unexpectedly");
    const mistake = new TypeError("Cannot read properties of undefined");
    deepEqual([of(away).status, of(away).message], [503, "The database does not answer; try again"]);
    deepEqual([of(mistake).status, of(mistake).title], [500, "Internal Server Error"]);
    equal(of(mistake).message.includes("properties"), false);
    equal(failures.length, 5);
  },
});
