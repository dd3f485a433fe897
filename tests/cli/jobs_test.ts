import { deepEqual, equal, match } from "node:assert/strict";
import { OPERATOR } from "../../src/lib/limits.ts";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

Deno.test("a job does one thing to many cabinets or cells, and tells what came of each", async () => {
  await using test = await testService();
  const run = async (line: string, answer?: boolean) => {
    const io = new TestIo(test.env);
    io.answer = answer;
    return { ...await kaigui(line.split(" "), io), asked: io.asked };
  };
  const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out);
  equal((await run("jobs")).out, "There was no job");
  for (const id of ["a", "b", "c"]) {
    const tag = id === "c" ? "pool" : "gym";
    const { code, err } = await run(
      `cabinet add ${id} --name ${id} --board 8a --mode storage --cells 2 --tag ${tag}`,
    );
    equal(code, 0, err);
  }

  const alone = await run("jobs start disable --match tag=gym");
  deepEqual([alone.code, alone.err], [2, "error: Nobody is here to ask: add --yes to start it"]);
  const refused = await run("jobs start disable --match tag=gym --match online=false", false);
  deepEqual([refused.asked, refused.err], [
    "Start: disable 4 cells of 2 cabinets with tag=gym and online=false?",
    "error: Nothing was started",
  ]);
  const asked = async (line: string) => (await run(`jobs start ${line}`, false)).asked;
  equal(await asked("tag --match q=c --tag x"), "Start: tag 1 cabinet with q=c?");
  equal(await asked("clean --match all"), "Start: clean 6 cells of 3 cabinets?");
  equal(await asked("clean --cabinet a --cabinet b"), "Start: clean all cells of a, b?");
  equal(await asked("remove --cabinet a"), "Start: remove a?");
  const done = await run(
    "jobs start disable --match tag=gym --match online=false --reason flood --wait",
    true,
  );
  equal(done.code, 0, done.err);
  match(done.out, /^state +done\nprogress +4 of 4: 4 done, 0 unchanged, 0 refused$/m);
  match(done.out, /^reason +flood$/m);
  deepEqual((await json("cabinet show b")).cells.map(({ state }: { state: string }) => state), [
    "disabled",
    "disabled",
  ]);
  equal((await json("cabinet show c")).cells[0].state, "free");

  match((await run(`jobs show ${(await json("jobs"))[0].id}`)).out, /^started +\S+ \S+Z by operator$/m);
  const token = (await run("token create --name Grafana --role manager")).out;
  const args = "jobs start enable --cell b/1 --yes --wait".split(" ");
  const { out } = await kaigui(args, new TestIo({ ...test.env, OPERATOR_TOKEN: token }));
  match(out, /^started +\S+ \S+Z by token Grafana$/m);

  const { id } = await json("jobs start enable --cell a/1 --cell c/1 --yes");
  match((await run(`jobs show ${id} --wait`)).out, /1 done, 1 unchanged, 0 refused/);
  match((await run(`jobs parts ${id}`)).out, /^CABINET +CELL +RESULT +WHY\na +1 +done\nc +1 +unchanged$/);
  deepEqual((await json(`jobs parts ${id}`)).map(({ result }: { result: string }) => result), [
    "done",
    "unchanged",
  ]);

  const rules = "--rule rentalMinutes=120 --rule overdue=hold --rule rentalsPerGuest=null";
  equal((await run(`jobs start rules --match all ${rules} --yes --wait`)).code, 0);
  const { rentalMinutes, overdue, rentalsPerGuest } = (await json("cabinet show c")).rules;
  deepEqual([rentalMinutes, overdue, rentalsPerGuest], [120, "hold", null]);
  equal((await run("jobs start tag --match board=8a --tag west --tag x --yes --wait")).code, 0);
  deepEqual((await json("cabinet show a")).tags, ["gym", "west", "x"]);
  equal((await run("jobs start remove --cabinet a --cabinet b --yes --wait")).code, 0);
  deepEqual((await json("cabinet list")).map(({ id }: { id: string }) => id), ["c"]);

  match((await run(`jobs cancel ${id}`)).out, /^done: 1 done, 1 unchanged, 0 refused$/);
  deepEqual((await json("jobs")).map(({ act }: { act: string }) => act), [
    "remove",
    "tag",
    "rules",
    "enable",
    "enable",
    "disable",
  ]);
});

Deno.test("a job of which a part is refused says why, and ends with 1", async () => {
  await using test = await testService();
  const run = async (line: string) => await kaigui(line.split(" "), new TestIo(test.env));
  const full = Array.from({ length: OPERATOR.tagsMax }, (_, index) => `--tag t${index}`).join(" ");
  for (const [id, tags] of [["a", full], ["b", "--tag x"]]) {
    equal((await run(`cabinet add ${id} --name A --board 8a --mode open --cells 1 ${tags}`)).code, 0);
  }
  const ended = await run("jobs start tag --match all --tag more --yes --wait");
  match(
    ended.out,
    /1 done, 0 unchanged, 1 refused\n[^]*\n\nCABINET +CELL +RESULT +WHY\na +- +refused +tags: [^\n]+$/,
  );
  match(ended.err, /^error: Job \S+ is not done as a whole$/);
  equal(ended.code, 1);
  const [, job = ""] = /^id +(\S+)$/m.exec(ended.out) ?? [];
  const parts = async (result: string) => (await run(`jobs parts ${job} --result ${result}`)).out;
  match(await parts("done"), /\nb +- +done$/);
  match(await parts("refused"), /RESULT +WHY\na +- +refused +tags: [^\n]+$/);
  const { err } = await run("jobs start disable --cell a/1 --tag x --yes");
  match(err, /^error: tags: /);
  match((await run(`jobs show ${crypto.randomUUID()}`)).err, /^error: There is no job/);
});
