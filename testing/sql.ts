/**
 * Asking a Postgres beside the program, a connection for each question: nothing is left open between them.
 *
 * @module
 */
// @ts-types="@types/pg"
import pg from "pg";

/** Object identifier of `int8`, such as times and counts. */
const INT8 = 20;

/** Sends a statement to a server. @returns its answer, in which `int8` is a number */
type Ask = <Row = Record<string, unknown>>(sql: string) => Promise<Row[]>;

/** What the server at that URL says to the statement. `int8` is a number. */
export async function ask<Row = Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
  return await connected(url, (ask) => ask<Row>(sql));
}

/** Does the work over one connection, which ends with it. */
export async function connected<T>(url: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  });
  // A server that is stopped right after its answer is no reason to end the tests.
  client.on("error", () => {});
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  try {
    await client.connect();
    return await work(async <Row>(sql: string) => (await client.query(sql)).rows as Row[]);
  } finally {
    await client.end();
    await ended;
  }
}

/**
 * Makes a database on the server; `url` is that of any other database there.
 *
 * @param options.template the database that it is a copy of, to which nothing is connected @default {an empty one}
 */
export async function createDatabase(
  url: string,
  { template = "template1" }: { template?: string } = {},
): Promise<string> {
  const name = `kaigui_${crypto.randomUUID().replaceAll("-", "")}`;
  await ask(url, `create database ${name} template ${template}`);
  const made = new URL(url);
  made.pathname = name;
  return made.href;
}

/** Removes the database, with the connections to it; `url` is that of any other database there. */
export async function dropDatabase(url: string, database: string): Promise<void> {
  await ask(url, `drop database if exists ${nameOf(database)} with (force)`);
}

/** The name of the database at that URL. */
export function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
