import { deepEqual } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../mod.ts";

testOnEach("a value is in no empty list", async ({ place }, stack) => {
  const { tables } = stack.use(await openDatabase(place));
  const organizations = tables.selectFrom("organizations").select("id");
  deepEqual(await organizations.where("id", "in", []).execute(), []);
  deepEqual(await organizations.where("created_at", "in", []).execute(), []);
  deepEqual(await organizations.where("id", "not in", []).execute(), [{ id: "main" }]);
  deepEqual(await organizations.where("id", "in", ["main"]).execute(), [{ id: "main" }]);
});
