/**
 * The Postgres that is installed on this machine, from which tests start their own server.
 *
 * @module
 */

/** Where Debian and systems like it have a folder for each version. */
const DEBIAN = "/usr/lib/postgresql";
/** Postgres refuses to run as root; Debian's package creates this user. */
const USER = "postgres";

/** The folder with the programs of the newest version. */
export function binaries(): string | undefined {
  const places = [...debianFolders(), ...(Deno.env.get("PATH") ?? "").split(":")];
  return places.find((folder) => exists(`${folder}/initdb`) && exists(`${folder}/pg_ctl`));
}

function debianFolders(): string[] {
  if (!exists(DEBIAN)) return [];
  const versions = [...Deno.readDirSync(DEBIAN)].map(({ name }) => Number(name)).toSorted((a, b) => b - a);
  return versions.map((version) => `${DEBIAN}/${version}/bin`);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What this machine lacks to run a Postgres for tests; `undefined`: nothing. */
export function missing(): string | undefined {
  if (binaries() === undefined) return "Postgres is not installed";
  if (isRoot() && !hasUser()) return `Postgres does not run as root, and there is no user ${USER}`;
  return undefined;
}

function isRoot(): boolean {
  return Deno.uid() === 0;
}

function hasUser(): boolean {
  return new Deno.Command("id", { args: [USER], stdout: "null", stderr: "null" }).outputSync().success;
}

/** The user that the server runs as, if it is not the user that runs the tests. */
export function userOfServer(): { uid?: number; gid?: number } {
  if (!isRoot()) return {};
  const id = (option: string) =>
    Number(new TextDecoder().decode(new Deno.Command("id", { args: [option, USER] }).outputSync().stdout));
  return { uid: id("-u"), gid: id("-g") };
}
