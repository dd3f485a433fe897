import { deepEqual, equal, ok } from "node:assert/strict";
import { PART_VARIABLE, SIZE_VARIABLE } from "../../testing/test_run.ts";
import { sizesOf } from "../sizes.ts";
import { FIRST, planOf, QUICK } from "./plan.ts";

/** All test files in the folder. */
async function testsIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const inner = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? testsIn(path) : Promise.resolve(/_test\.tsx?$/.test(path) ? [path] : []);
  }));
  return inner.flat();
}

Deno.test("planOf() has each file in one run, and of the quick run's files in the other one what that left", async () => {
  const [quick, thorough] = [await planOf("quick", []), await planOf("thorough", [])];
  const pathsOf = ({ jobs }: typeof quick) => jobs.flatMap(({ paths }) => paths).toSorted();
  const isUnit = (path: string) => path.startsWith("src/");
  deepEqual(pathsOf(thorough).filter((path) => !isUnit(path)), (await testsIn("tests")).toSorted());
  for (const path of await testsIn("src")) {
    const registers = /\b(testOnEach|testOnPostgres)\(|sized\(/.test(await Deno.readTextFile(path));
    equal(pathsOf(thorough).includes(path), registers, path);
  }
  deepEqual(new Set(pathsOf(thorough)).size, pathsOf(thorough).length, "no file twice");
  const taken = new Set(pathsOf(quick));
  ok(taken.has("src/") && taken.has("tests/smoke_test.ts"));
  for (const { paths: [path = ""], options = [] } of thorough.jobs) {
    equal(options.includes("--filter"), taken.has(path) || isUnit(path), path);
  }
  ok(quick.jobs.every(({ options = [] }) => !options.includes("--filter")));
  for (const { env } of [quick, thorough]) equal(env[PART_VARIABLE], env[SIZE_VARIABLE]);
});

Deno.test("the plan names only what is there", async () => {
  for (const path of [...QUICK, ...FIRST.map(([path]) => path)]) await Deno.stat(path);
});

Deno.test("planOf() takes all of the files that are named, in the run's sizes", async () => {
  const { jobs, env } = await planOf("thorough", [
    "src/db",
    "tests/runner",
    "tests/smoke_test.ts",
    "--filter",
    "x",
  ]);
  deepEqual(jobs.map(({ paths }) => paths).toSorted(), [
    ["src/db"],
    ["tests/runner/job_test.ts"],
    ["tests/runner/plan_test.ts"],
    ["tests/runner/queue_test.ts"],
    ["tests/smoke_test.ts"],
  ]);
  ok(jobs.every(({ options = [] }) => options.slice(-2).join(" ") === "--filter x"));
  deepEqual([env[SIZE_VARIABLE], env[PART_VARIABLE]], ["thorough", undefined]);
});

Deno.test("sizesOf() is larger in the thorough run, takes single ones, and says which there are", () => {
  const [quick, thorough] = [sizesOf("quick"), sizesOf("thorough")];
  for (const [name, size] of Object.entries(quick)) ok(size < thorough[name as keyof typeof quick], name);
  deepEqual(sizesOf("quick", "kills=7,siegeSeconds=300"), { ...quick, kills: 7, siegeSeconds: 300 });
  for (const wrong of ["kills", "kills=0", "kills=x", "lives=3", "toString=1"]) {
    let said = "";
    try {
      sizesOf("quick", wrong);
    } catch (error) {
      said = String(error);
    }
    ok(
      said.startsWith(`RangeError: SIZES: "${wrong}" is not a size; say name=number with one of kills, `),
      said,
    );
  }
});
