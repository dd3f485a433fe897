import { rejects } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import { removeFolder } from "./remove_folder.ts";

/** Makes files there for a while, until there is no such folder. */
const MAKES = 'i=0; while [ $i -lt 20000 ] && : > "$0/$i"; do i=$((i+1)); done';

Deno.test("removeFolder() removes a folder in which files are still made", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const path = await Deno.makeTempDir();
  await using maker = new Deno.Command("sh", { args: ["-c", MAKES, path], stderr: "null" }).spawn();
  await until(async () => (await Array.fromAsync(Deno.readDir(path))).length > 100);
  await removeFolder(path);
  await maker.status;
  await rejects(Deno.stat(path), Deno.errors.NotFound);
  await removeFolder(path);
});
