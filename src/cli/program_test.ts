import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui } from "../../testing/rigs/cli.ts";

/** None of these may get as far as needing anything. */
function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("every command explains itself", async () => {
  for (
    const [command, says] of [
      ["", /Environment:/],
      ["cabinet", /make a cabinet/],
      ["cabinet add", /Examples:[^]*--registration-hex/],
      [
        "cabinet list",
        /--tag[^]*--online[^]*--alarm[^]*true:\s+with[^]*--sort[^]*id,\s+name\s+or[^]*Examples:/,
      ],
      ["cabinet show", /--json/],
      ["cabinet remove", /--yes/],
      ["cabinet set", /leaves all else as it is[^]*--if-match[^]*Examples:/],
      ["devices", /--registration[^]*Examples:[^]*cabinet add/],
      ["jobs", /start a job/],
      ["jobs list", /--limit/],
      ["jobs start", /--match[^]*tag=gym[^]*--rule[^]*--wait[^]*Examples:/],
      ["jobs show", /--wait/],
      ["jobs parts", /--json/],
      ["jobs cancel", /--reason/],
      ["open", /--reason[^]*Exit code/],
      ["cell", /take a cell out of use/],
      ["cell disable", /--reason/],
      ["rentals", /story[^]*Examples:/],
      [
        "rentals list",
        /--cell[^]*--number[^]*--person[^]*--state[^]*--overdue[^]*--from[^]*0:00\s+UTC[^]*--until/,
      ],
      ["rentals story", /its id or number/],
      ["rentals extend", /--minutes[^]*--until[^]*90d/],
      ["rentals end", /--reason[^]*--yes/],
      ["people list", /--name/],
      ["people copy", /--out/],
      ["people sign-out", /--reason[^]*--yes/],
      ["people remove", /--yes/],
      ["permits list", /--limit/],
      ["permits grant", /--cells[^]*--from[^]*0:00\s+UTC[^]*90d/],
      ["permits revoke", /--reason/],
      ["alarms", /--all[^]*--kind/],
      ["test", /0 to 60 \(default: 1\.5\)/],
      ["events", /--kind/],
      ["qr", /Examples:[^]*PUBLIC_URL/],
      ["status", /--watch[^]*exit code is 1/],
      ["connections", /--json/],
      ["simulate", /jammedLock[^]*Examples:[^]*tags, rules/],
      ["export", /DATABASE_URL/],
      ["migrate", /DATA_DIR/],
      ["login", /read from a pipe[^]*only you can read/],
      ["logout", /token revoke/],
      ["staff", /make a link that makes one member/],
      ["staff invite", /--tag[^]*Examples:[^]*Roles:\n {2}owner/],
      ["staff invitations", /--json/],
      ["staff uninvite", /<id>/],
      ["staff list", /--json/],
      ["staff role", /--all[^]*Roles:/],
      ["staff reset", /second factor/],
      ["staff remove", /--yes/],
      ["staff accept", /--login/],
      ["token", /make a token/],
      ["token create", /90d[^]*without a pause[^]*Roles:/],
      ["token list", /--json/],
      ["token revoke", /its id, or its name/],
      ["organization", /make another organization/],
      ["organization list", /--json/],
      ["organization show", /--json/],
      ["organization create", /--time-zone/],
      ["organization change", /--second-factor/],
    ] as const
  ) {
    const { code, out, err } = await kaigui([...command.split(" ").filter(Boolean), "--help"]);
    deepEqual([code, err], [0, ""], command);
    match(out, says);
    match(out, /--url <url>[^]*--organization <id>/);
  }
});

pure("a list's help says once how many it shows, and that its JSON is the items", async () => {
  for (const list of ["rentals list", "people list", "permits list", "alarms", "events", "jobs list"]) {
    const { out } = await kaigui([...list.split(" "), "--help"]);
    equal(out.split("(default: 50)").length, 2, list);
    match(out, /--json +the items, as JSON/);
  }
});

pure("wrong usage ends with 2, says what is wrong and does nothing", async () => {
  for (
    const [line, says] of [
      ["close", /unknown command 'close'/],
      ["open lobby-a door", /whole number from 1 to 9999/],
      ["rentals extend 23720947", /Say --minutes or --until/],
      ["rentals list --state lost", /Allowed choices are held/],
      ["rentals list --from yesterday", /A date looks like/],
      ["rentals list --from 2025-12-01 --until 2025-11-01", /--until must be later/],
      ["events --kind odd", /Allowed choices/],
      ["alarms --kind odd", /Allowed choices are left-open/],
      ["cabinet list --online maybe", /Allowed choices are true, false/],
      ["cabinet list --sort age", /Allowed choices are id, -id/],
      ["permits grant a p --cells 1,x", /whole number/],
      ["cabinet set a", /Say what is to be changed/],
      ["cabinet set a --file x --name B", /leave out --name/],
      ["cabinet add a --device x --registration y", /cannot be used with/],
      ["devices all", /too many arguments/],
      ["jobs start close", /Allowed choices are disable, enable, clean, tag, untag, rules, remove/],
      ["jobs start clean --cell lobby-a", /whole number from 1 to 9999/],
      ["jobs start clean --match gym", /A filter is one of tag=gym/],
      ["jobs start clean --match q=a --match q=b", /Say q once/],
      ["jobs start rules --rule overdue", /A rule looks like rentalMinutes=120/],
      ["cabinet lst", /unknown command 'lst'/],
      ["cabinet add", /missing required argument 'id'/],
      ["cabinet add a --name A", /Say --board/],
      ["cabinet add a --name A --board 8a", /Say --mode: open \(.*storage \(.*assigned \(by permit\)/],
      ["cabinet add a --name A --board 8a --mode free", /Allowed choices are open, storage, assigned/],
      ["cabinet add a/b --name A --board 8a", /letters, digits/],
      ["cabinet add a --name A --board 8a --cells 0", /whole number from 1 to 1000/],
      ["cabinet add a --name A --board 8a --wiring loose", /Allowed choices/],
      ["cabinet add a --registration x --registration-hex 00", /cannot be used with/],
      ["cabinet add a --secret-file x --new-secret", /cannot be used with/],
      ["cabinet add a --offline-seconds soon", /whole number from 1 to 604800/],
      ["cabinet list --url nowhere", /"nowhere" is not the URL/],
      ["cabinet list more", /too many arguments/],
      ["status --watch --json", /cannot be used with/],
      ["connections all", /too many arguments/],
      ["qr", /missing required argument 'id'/],
      ["qr a b --svg x.svg", /use --out for several/],
      ["qr a --svg x.svg --png x.png", /cannot be used with/],
      ["qr a --svg x.svg --size 8", /whole number from 64/],
      ["simulate --count many", /whole number from 1/],
      ["simulate --character shy", /Allowed choices/],
      ["simulate --device here", /"here" is not an address/],
      ["simulate --prefix -", /letters, digits/],
      ["export", /missing required argument 'what'/],
      ["export people", /Allowed choices are rentals, commands, events/],
      ["export events --cabinet a/b", /letters, digits/],
      ["export events --from yesterday", /A date looks like/],
      ["export events --from 2025-02-30", /A date looks like/],
      ["export events --from 2025-11-23T07:05:12", /A date looks like/],
      ["export events --from 2025-11-23 --until 2025-11-23", /--until must be later/],
      ["cabinet list --organization A/B", /an organization has a-z/],
      ["staff invite", /required option '--role <role>' not specified/],
      ["staff invite --role boss", /Allowed choices are owner, manager/],
      ["staff role li@example.com boss", /Allowed choices are owner, manager/],
      ["staff role li@example.com viewer --tag a --all", /cannot be used with/],
      ["staff uninvite 7", /It must be an id/],
      ["staff accept", /Nobody is here to ask: give the link/],
      ["staff accept https://lockers.example/", /That is not a link of the service/],
      ["token create --role viewer", /required option '--name <name>' not specified/],
      ["token create --name a --role viewer --until soon", /A date looks like .*; 90d is in 90 days\./],
      ["token create --name a --role viewer --until 0d", /whole number from 1/],
      ["token create --name a --role viewer --until 99999d", /whole number from 1/],
      ["organization create Acme --name Acme", /an organization has a-z/],
      ["organization create acme", /required option '--name <name>' not specified/],
      ["organization change", /Say what is to be changed/],
      ["organization change --second-factor boss", /Allowed choices are owner, manager/],
      ["organization change --no-contact --contact-text x", /cannot be used with/],
      ["login", /No token was given/],
    ] as const
  ) {
    const { code, out, err } = await kaigui(line.split(" "));
    deepEqual([code, out], [2, ""], line);
    match(err, says);
  }
});

pure("no command at all shows what there is and ends with 2", async () => {
  const { code, err } = await kaigui([]);
  equal(code, 2);
  match(err, /Cabinets:\n {2}cabinet[^]*Staff and access:\n {2}login[^]*The service:\n {2}status/);
});

pure("--version is the version of the program", async () => {
  match((await kaigui(["--version"])).out, /^\d+\.\d+\.\d+$/);
});

pure("a failure is one line without a trace", async () => {
  const { code, err } = await kaigui(["migrate"]);
  equal(code, 1);
  match(err, /^error: .+$/);
});

Deno.test("every example in a command's help, and its usage, is called as it can be run", async () => {
  const commands = [
    ...["cabinet add", "cabinet list", "cabinet set", "jobs start", "qr", "posters", "simulate", "export"],
    ...["login", "staff invite", "staff accept", "token create"],
  ];
  for (const command of commands) {
    const { out } = await kaigui([...command.split(" "), "--help"]);
    match(out, new RegExp(`^Usage: deno task kaigui ${command} `), command);
    const examples = out.split("Examples:\n")[1]?.split("\n\n")[0]?.split("\n") ?? [];
    equal(examples.length > 1, true, command);
    for (const line of examples) {
      for (const part of line.split(" | ").filter((part) => part.includes("kaigui"))) {
        match(part.trim(), new RegExp(`^deno task kaigui (${command}|cabinet show) [^<]*$`));
      }
    }
  }
});
