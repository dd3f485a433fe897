import { equal, match, notEqual } from "node:assert/strict";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

Deno.test("what is done every day is done by the command line, and told as words or as JSON", async () => {
  await using test = await testService({ GUEST_LOGIN: "1" });
  const run = async (line: string, io = new TestIo(test.env)) => {
    const args = line.match(/"[^"]*"|\S+/g)?.map((arg) => arg.replaceAll('"', "")) ?? [];
    return await kaigui(args, io);
  };
  const says = async (line: string, wanted: RegExp, code = 0) => {
    const ended = await run(line);
    match(`${ended.out}${ended.err}`, wanted, line);
    equal(ended.code, code, line);
  };
  const json = async (line: string) => JSON.parse((await run(`${line} --json`)).out);
  await says(
    'cabinet add hall --name "Hall" --board 8a --mode assigned --cells 3 --tag x --contact-text Desk',
    /made/,
  );
  await says(
    'cabinet set hall --name "Hall 2" --contact-telephone 110 --left-open-seconds never',
    /changed hall: name, leftOpenSeconds, contact/,
  );
  const { name, contact, tags, leftOpenSeconds, cells } = await json("cabinet show hall");
  equal(
    JSON.stringify([name, contact, tags, leftOpenSeconds, cells.length]),
    '["Hall 2",{"telephone":"110","text":"Desk"},["x"],null,3]',
  );

  await says("open hall 2 --reason look", /not opened: refused \(offline\)/, 1);
  equal((await json("open hall 2 --reason look")).reason, "offline");
  const opened = async (key = "") => (await json(`open hall 2 --reason look${key}`)).id;
  const id = await opened(" --key ticket-4711");
  equal(await opened(" --key ticket-4711"), id);
  notEqual(await opened(), await opened());
  await says("open hall 9", /no cell 9/, 1);
  await says("cell disable hall 2 --reason dirty", /cell 2 of hall is disabled/);
  equal((await json("cell enable hall 2")).state, "free");
  await says("cell clean hall 2", /is free/);

  await says("people", /There is nobody/);
  const page = await fetch(`http://127.0.0.1:${test.env["PORT"]}/c/hall`);
  await page.body?.cancel();
  const [person] = await json("people list --name g-");
  await says("people", new RegExp(`^NUMBER +NAME[^]*\n${person.number} +${person.name} [^]*${person.id}`));
  const spaced = person.number.replace(/^..../, "$& ");
  equal((await json(`people list --q "${spaced}"`))[0].id, person.id);
  await says(
    `people sign-out ${person.number.replace(/.$/, (digit: string) => digit === "0" ? "1" : "0")}`,
    /^error: There is no person with the number/,
    1,
  );
  await says(`permits grant hall ${person.id} --cells 1,3 --until 90d`, /may open cell 1, 3 of hall: permit/);
  const [permit] = await json("permits list hall");
  await says("permits list hall", /cell 1, 3/);
  await says(`permits revoke ${permit.id}`, /revoked/);
  await says(`permits grant hall "${spaced}"`, /may open all cells of hall: permit/);
  equal((await json("permits list hall"))[0].person, person.id);
  equal((await json(`rentals --person ${person.number}`)).length, 0);
  await says(`people sign-out ${person.id}`, /add --yes to sign the person out/, 2);
  const io = new TestIo(test.env);
  io.answer = false;
  equal((await run(`people sign-out ${person.id}`, io)).err, `error: Person ${person.id} stays signed in`);
  equal(io.asked, `Sign out person ${person.id}, "${person.name}"?`);
  io.answer = true;
  equal((await run(`people sign-out ${person.id}`, io)).out, `signed out ${person.id}`);
  await says(`people sign-out "${spaced}" --yes`, /signed out/);
  await says(`people remove ${person.id}`, /add --yes/, 2);
  await says(`people remove ${person.number} --yes`, /removed/);

  await says("rentals --cabinet hall --state held", /no such rental/);
  await says("rentals story 23720947", /no rental with the number/, 1);
  await says(`rentals extend ${crypto.randomUUID()} --minutes 5`, /There is no rental/, 1);
  equal(JSON.stringify(await json("alarms --cabinet hall --all")), "[]");
  await says("alarms", /All is well/);
  await says("events --kind stored", /There is no such event/);
});
