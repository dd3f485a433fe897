/**
 * Rentals and their people on the command line, with a cabinet whose doors open.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { simulateCabinet } from "../../src/simulator/mod.ts";
import { does } from "../../testing/operator_rig.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { type Ended, kaigui, TestIo, testService, until } from "../../testing/rigs/cli.ts";

type Run = (line: string, how?: { answer?: boolean; env?: object }) => Promise<Ended & { asked?: string }>;

/** A guest's page at a storage cabinet called hall. */
async function hall(stack: AsyncDisposableStack) {
  const test = stack.use(await testService({ GUEST_LOGIN: "1" }));
  const run: Run = async (line, { answer, env = {} } = {}) => {
    const io = new TestIo({ ...test.env, ...env });
    io.answer = answer;
    return { ...await kaigui(line.split(" "), io), ...io.asked !== undefined && { asked: io.asked } };
  };
  const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out);
  const add = "cabinet add hall --name Hall --mode storage --board 8a --cells 3 --rentals-per-guest any";
  const made = await run(`${add} --registration REG-hall`);
  equal(made.code, 0, made.err);
  stack.use(simulateCabinet({
    hostname: "127.0.0.1",
    port: test.service.device.port,
    registration: new TextEncoder().encode("REG-hall"),
  }));
  await until(async () => (await json("cabinet show hall")).online);
  const url = `http://127.0.0.1:${test.env["PORT"]}`;
  const page = stack.use(await Page.open({ url }, "hall", await guestCookie({ url }, "hall")));
  const store = async () => {
    equal((await does(page, { type: "store" }))["state"], "opened");
    return (await json("rentals"))[0];
  };
  return { run, json, store, folder: test.folder };
}

Deno.test("rentals end asks before it frees a cell", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, json, store } = await hall(stack);
  const { number, cell, id } = await store();
  const question = `End the rental of cell ${cell} of hall?`;
  const nobody = await run(`rentals end ${number} --reason x`);
  deepEqual([nobody.code, nobody.err], [2, "error: Nobody is here to ask: add --yes to end the rental"]);
  const refused = await run(`rentals end ${id}`, { answer: false });
  deepEqual([refused.code, refused.err], [1, "error: The rental goes on"]);
  equal((await json("rentals"))[0].state, "held");
  const ended = await run(`rentals end ${number}`, { answer: true });
  deepEqual([ended.code, ended.out, ended.asked], [0, `ended: cell ${cell} of hall is free`, question]);
  equal((await json("rentals"))[0].state, "ended");
  const unasked = await run(`rentals end ${(await store()).id} --yes`);
  deepEqual([unasked.code, unasked.asked], [0, undefined], unasked.err);
});

Deno.test("rentals are found by what is known of them, and show whose they are", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, json, store } = await hall(stack);
  const [first, second] = [await store(), await store()];
  const [{ id, name }] = await json("people");
  match((await run("rentals")).out, new RegExp(`^${first.number} .* ${name} +${first.id}$`, "m"));
  const found = async (filter: string) =>
    (await json(`rentals ${filter}`)).map(({ id }: { id: string }) => id);
  deepEqual(await found(`--number ${first.number}`), [first.id]);
  deepEqual(await found(`--cell ${second.cell}`), [second.id]);
  deepEqual(await found(`--person ${id} --state held`), [second.id, first.id]);
  deepEqual(await found(`--from ${second.since}`), [second.id]);
  deepEqual(await found(`--until ${second.since}`), [first.id]);
  deepEqual(await found("--overdue"), []);
});

Deno.test("rentals story says first which cell it is about and how it stands", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, store } = await hall(stack);
  const { number, cell, id } = await store();
  const began = `cell ${cell} of hall, held since \\S+ \\S+Z`;
  const table = "\n\nTIME +WHAT +WHO\n";
  match((await run(`rentals story ${number}`)).out, new RegExp(`^${began}${table}`));
  match((await run(`rentals extend ${number} --minutes 5`)).err, /never has to be/);
  equal((await run(`rentals end ${id} --yes`)).code, 0);
  match(
    (await run(`rentals story ${id}`)).out,
    new RegExp(`^${began}, ended \\S+ \\S+Z \\(operator\\)${table}`),
  );
  const { out: viewer } = await run("token create --name V --role viewer");
  const seen = await run(`rentals story ${id}`, { env: { OPERATOR_TOKEN: viewer } });
  deepEqual([seen.code, seen.err], [0, ""]);
  match(seen.out, /^TIME +WHAT +WHO\n/);
  equal((await run(`rentals story ${number}`, { env: { OPERATOR_TOKEN: viewer } })).code, 1);
});

Deno.test("people copy writes all that is kept about a person, to a file or to standard output", async () => {
  await using stack = new AsyncDisposableStack();
  const { run, json, store, folder } = await hall(stack);
  const { id: rental } = await store();
  const [{ id, number }] = await json("people");
  const out = `${folder}/copy.json`;
  const written = await run(`people copy ${number} --out ${out}`);
  deepEqual([written.code, written.out, written.err], [0, `wrote ${out}`, ""]);
  const text = await Deno.readTextFile(out);
  equal(text, `${text.trimEnd()}\n`);
  const copy = JSON.parse(text);
  deepEqual([copy.person.id, copy.rentals.map(({ id }: { id: string }) => id)], [id, [rental]]);
  const nobody = await run(`people copy ${crypto.randomUUID()} --out ${folder}/nobody.json`);
  deepEqual([nobody.code, nobody.out], [1, ""]);
  match(nobody.err, /^error: There is no person/);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  deepEqual(names.filter((name) => name.includes(".json")), ["copy.json"]);
});
