import { deepEqual } from "node:assert/strict";
import { ROLES } from "../cabinet/roles.ts";
import type { Caller } from "../staff/mod.ts";
import { describedTo, shownTo } from "./special_rights.ts";

const SEES_PEOPLE = ["owner", "manager", "attendant"];

Deno.test("shownTo() leaves people out, and what may name them, for roles that do not see people", () => {
  for (const role of ROLES) {
    const caller = { role } as Caller;
    const may = SEES_PEOPLE.includes(role);
    const command = { by: "account:7", byName: "Anna", note: "Mr Li lost his phone" };
    deepEqual(shownTo(caller, command), may ? command : { ...command, byName: null, note: null }, role);
    const tap = { by: "person:7", byName: "Ann", note: null };
    deepEqual(shownTo(caller, tap), may ? tap : { by: "person", byName: null, note: null }, role);
    const moved = { kind: "moved", person: "7", personName: "Ann", detail: "6" };
    deepEqual(
      shownTo(caller, moved),
      may ? moved : { kind: "moved", person: null, personName: null, detail: null },
      role,
    );
    const alarm = { kind: "wrong-codes", subject: "person:7" };
    deepEqual(shownTo(caller, alarm), may ? alarm : { ...alarm, subject: "person" }, role);
    for (const subject of [null, "address:7"]) deepEqual(shownTo(caller, { subject }), { subject }, role);
  }
});

Deno.test("describedTo() tells who may not describe cabinets nothing of what a device is known by", () => {
  const cabinet = {
    registration: { text: "REG" },
    heartbeat: { text: "REG", echo: false },
    warnings: ["registration: it can be guessed", "cells: there are none"],
  };
  for (const role of ROLES) {
    const may = ["owner", "manager", "installer"].includes(role);
    const hidden = { registration: null, heartbeat: null, warnings: ["cells: there are none"] };
    deepEqual(describedTo({ role } as Caller, cabinet), may ? cabinet : hidden, role);
  }
});
