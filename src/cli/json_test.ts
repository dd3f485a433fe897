import { deepEqual, equal } from "node:assert/strict";
import type { Command } from "commander";
import { routeOf } from "../../testing/declared_answers.ts";
import { fakeService, kaigui, TestIo } from "../../testing/rigs/cli.ts";
import { SCHEMAS } from "../operator/contract/mod.ts";
import { ANSWERS } from "../operator/document/examples/mod.ts";
import { program } from "./program.ts";

/** Commands that have no `--json`, and why not. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  "qr": "draws pictures",
  "posters": "writes a page to print",
  "simulate": "runs until Ctrl-C, and tells what its cabinets do",
  "login": "asks the service only whether the token is good, and keeps it",
  "logout": "does not call the service",
  "people copy": "writes JSON anyway",
  "export": "reads the database, and writes CSV",
  "migrate": "changes the database, and does not call the service",
};

const id = (name: string) => Object(ANSWERS[name]).id;

/** What each command with `--json` is told, beside that. None says `--yes`. */
const WITH_JSON: Readonly<Record<string, string>> = {
  "cabinet add": "a --name A --board kaigui --mode open --new-secret --replace",
  "cabinet set": "a --name B",
  "cabinet list": "",
  "cabinet show": "a",
  "cabinet remove": "a",
  "devices": "",
  "import": "-",
  "test": "a",
  "open-all": "a --reason fire",
  "open": "a 7 --reason look",
  "cell disable": "a 7",
  "cell enable": "a 7",
  "cell clean": "a 7",
  "rentals list": "",
  "rentals story": id("Rental"),
  "rentals extend": `${id("Rental")} --minutes 5`,
  "rentals end": id("Rental"),
  "people list": "",
  "people sign-out": id("Person"),
  "people remove": id("Person"),
  "permits list": "a",
  "permits grant": `a ${id("Person")}`,
  "permits revoke": id("Permit"),
  "alarms": "",
  "events": "",
  "jobs list": "",
  "jobs start": "clean --match all",
  "jobs show": id("Job"),
  "jobs parts": id("Job"),
  "jobs cancel": id("Job"),
  "staff invite": "--role owner",
  "staff invitations": "",
  "staff uninvite": id("Invitation"),
  "staff list": "",
  "staff role": `${id("Member")} viewer`,
  "staff reset": id("Member"),
  "staff remove": id("Member"),
  "staff accept": "https://lockers.example/console/join#secret --login li@example.com --name Li",
  "token create": "--name bot --role viewer",
  "token list": "",
  "token revoke": id("Token"),
  "organization list": "",
  "organization show": "",
  "organization create": "acme --name Acme",
  "organization change": "--name Acme",
  "status": "",
  "connections": "",
};

/** All commands that do something, by what is typed for them. */
function* commandsOf(parent: Command, before: readonly string[] = []): Generator<[string, Command]> {
  for (const command of parent.commands) {
    const path = [...before, command.name()];
    if (command.commands.length === 0) yield [path.join(" "), command];
    yield* commandsOf(command, path);
  }
}

Deno.test("every command that gets an answer of the service has --json", () => {
  const commands = [...commandsOf(program(new TestIo()))];
  const hasJson = ([, command]: [string, Command]) => command.options.some(({ long }) => long === "--json");
  const names = (those: [string, Command][]) => those.map(([name]) => name).toSorted();
  deepEqual(
    names(commands.filter((one) => !hasJson(one))),
    Object.keys(WITHOUT_JSON).toSorted(),
    "--json is missing (see addJson), or the reason why it is",
  );
  deepEqual(
    names(commands.filter(hasJson)),
    Object.keys(WITH_JSON).toSorted(),
    "WITH_JSON says how each command is tried",
  );
});

const NAMES = new Map<unknown, string>(Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]));
const exampleOf = (schema: unknown) => ANSWERS[NAMES.get(schema) ?? ""];

/** What the document shows as the route's answer; what asks to be confirmed first asks for it. */
async function exampleFor(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace("/api/v1", "");
  const isUnconfirmed = path.endsWith("/open-all") && !(await request.json()).confirm;
  if (isUnconfirmed) return Response.json(ANSWERS["OpenAllConfirmation"], { status: 409 });
  const [status, answer] =
    Object.entries(routeOf(request.method, path)?.answers ?? {}).find(([status]) => Number(status) < 300) ??
      [];
  const options = { status: Number(status ?? 200) };
  if (answer?.line) {
    return new Response(
      ["TestedCell", "TestSummary"].map((name) => JSON.stringify(ANSWERS[name])).join("\n"),
    );
  }
  if (!answer?.schema) return new Response(null, options);
  const items = answer.items && [exampleOf(answer.items)];
  return Response.json(
    items ? { items, next: null, total: 1, estimate: null } : exampleOf(answer.schema),
    options,
  );
}

Deno.test("every command with --json prints nothing else on standard output, also where it asks", async () => {
  await using server = fakeService(exampleFor);
  for (const [command, more] of Object.entries(WITH_JSON)) {
    const io = new TestIo({ OPERATOR_TOKEN: "some-token" });
    io.answer = true;
    io.input = "a good password";
    const words = `${command} ${more} --json`.split(" ").filter(Boolean);
    const { out, err, code } = await kaigui([...words, "--url", server.url], io);
    const said = `${command}: exit code ${code}\n${out}\n${err}`;
    equal(code < 2, true, said);
    equal(io.bytes.length, 0, said);
    // A test of doors tells each cell as it goes.
    for (const text of command === "test" ? out.split("\n") : [out]) {
      equal(isJson(text), true, said);
    }
  }
});

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
