/**
 * Which run the tests are part of, as `tests/run.ts` says it, and what a run may leave out.
 *
 * @module
 */

/** The quick run is `deno task test`, the thorough one `deno task test:thorough`. */
export type RunName = "quick" | "thorough";

/** The variable that says which sizes of `tests/sizes.ts` hold. Unset: the quick ones. */
export const SIZE_VARIABLE = "KAIGUI_TEST_SIZE";
/** The variable that says which part of the tests is run, so that none runs in both. Unset: all that is named. */
export const PART_VARIABLE = "KAIGUI_TEST_PART";

/** Which sizes hold. */
export const runName: RunName = Deno.env.get(SIZE_VARIABLE) === "thorough" ? "thorough" : "quick";

/** Whether tests of that part are run here. */
export function isRun(part: RunName): boolean {
  return [undefined, part].includes(Deno.env.get(PART_VARIABLE) as RunName | undefined);
}

/**
 * Marks the name of a test that has a size: the thorough run takes it again with the larger one, from a file that the
 * quick run takes, too.
 */
export function sized(name: string): string {
  return `${name} [sized]`;
}

/**
 * Why tests are left out that need what this machine lacks; `undefined`: they run, as nothing is lacking or as this is
 * CI, where a missing server fails.
 *
 * @param missing what the machine lacks
 */
export function whyLeftOut(missing: string | undefined): string | undefined {
  return Deno.env.has("CI") ? undefined : missing;
}

/** Registers a test unless there is a reason to leave it out, which its name says then. */
export function testUnless(
  why: string | undefined,
  name: string,
  test: (() => void | Promise<void>) | Omit<Deno.TestDefinition, "name" | "ignore">,
): void {
  Deno.test({
    ...(typeof test === "function" ? { fn: test } : test),
    name: why === undefined ? name : `${name} [left out: ${why}]`,
    ignore: why !== undefined,
  });
}
