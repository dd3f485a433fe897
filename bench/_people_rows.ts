import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Schema } from "../src/db/mod.ts";
import { digits, numbersOf } from "./_rows.ts";

/** Characters of surnames and of given names. */
const [SURNAMES, GIVEN] = [
  "赵钱孙李周吴郑王冯陈",
  "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬",
];
/** A command in a hundred is of one busy person. */
const BUSY = 7;

/** The id of the person of that number. */
export function personId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** The same of who did what has the number `n`. */
export function personAt(db: Kysely<Schema>): RawBuilder<string> {
  const number = sql`case when n % 100 = 5 then ${sql.lit(BUSY)} else n * 31 % 1000000 end`;
  return sql`'00000000-0000-4000-8000-' || ${digits(db, number, 12)}`;
}

/** Adds people, half of them with Chinese names, each with a number; a tenth has been at the second organization's. */
export async function insertPeople(
  db: Kysely<Schema>,
  { people, at }: { people: number; at: RawBuilder<unknown> },
): Promise<void> {
  const numbers = numbersOf(db)(0, people);
  const letter = (from: string, divisor: number) =>
    sql`substr(${sql.lit(from)}, cast(n / ${sql.lit(divisor)} % ${
      sql.lit([...from].length)
    } as integer) + 1, 1)`;
  const name = sql`case n % 2 when 0 then 'Guest ' || n
    else ${letter(SURNAMES, 2)} || ${letter(GIVEN, 20)} || ${letter(GIVEN, 600)} end`;
  await sql`insert into people (id, number, kind, name, created_at, sessions_from)
    ${numbers} select '00000000-0000-4000-8000-' || ${digits(db, sql`n`, 12)}, ${
    digits(db, sql`n`, 8)
  }, 'guest',
    ${name}, ${at}, 0 from numbers`.execute(db);
  await sql`insert into visits (organization, person, since)
    ${numbers} select case n % 10 when 9 then 'second' else 'main' end,
    '00000000-0000-4000-8000-' || ${digits(db, sql`n`, 12)}, ${at} from numbers`.execute(db);
}

/** Adds the second organization. */
export async function insertSecond(db: Kysely<Schema>): Promise<void> {
  await db.insertInto("organizations").values({
    id: "second",
    name: "Second",
    language: "zh",
    time_zone: "Asia/Shanghai",
    created_at: 0,
    contact: null,
    second_factor_roles: "[]",
  }).execute();
}
