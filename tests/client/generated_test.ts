/**
 * The client's source in the repository is what the generator makes of the document as it is now.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { ROOT, tempFolder } from "../../testing/folders.ts";

/** As the task does it. */
async function generate(folder: string): Promise<void> {
  const args = ["run", "--quiet", "--allow-all", "client/generate.ts", folder];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  equal(success, true, new TextDecoder().decode(stderr));
}

Deno.test("the client is that of the document: deno task client makes it anew", async () => {
  await using folder = await tempFolder();
  await generate(folder.path);
  const [made, kept] = [await textsIn(folder.path), await textsIn(`${ROOT}client/generated`)];
  deepEqual([...kept.keys()].toSorted(), [...made.keys()].toSorted());
  const stale = [...made].filter(([file, text]) => kept.get(file) !== text).map(([file]) => file);
  deepEqual(stale, []);
});

/** The texts of the files in a folder and below, by their paths there. */
async function textsIn(folder: string, below = ""): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = `${below}${name}`;
    if (!isDirectory) texts.set(path, await Deno.readTextFile(`${folder}/${path}`));
    else for (const [inner, text] of await textsIn(folder, `${path}/`)) texts.set(inner, text);
  }
  return texts;
}
