import type { Child } from "hono/jsx";
import { nameIn, type SchemaObject } from "./document.ts";
import { choicesOf, limitsOf, patternOf, wordOf } from "./type_words.ts";

/** What a value may be, in a line: `text, 1 to 200 characters, or null`. */
export function Type({ schema }: { schema: SchemaObject }): Child {
  const choices = unlike(choicesOf(schema));
  return <>{joined(choices.map((choice) => <One key={JSON.stringify(choice)} schema={choice} />), " or ")}</>;
}

/** The parts with this between them. */
export function joined(parts: readonly Child[], between: string): Child[] {
  return parts.flatMap((part, index) => index === 0 ? [part] : [between, part]);
}

/** Objects of several kinds are told apart below. */
function unlike(choices: readonly SchemaObject[]): SchemaObject[] {
  const [, ...others] = choices.filter(({ properties }) => properties);
  return choices.filter((choice) => !others.includes(choice));
}

function One({ schema }: { schema: SchemaObject }): Child {
  const { $ref, items, type } = schema;
  if ($ref !== undefined) return <a href={`#${nameIn($ref)}`}>{nameIn($ref)}</a>;
  if ("const" in schema) return <Value value={schema.const} />;
  if (schema.enum) return <Values values={schema.enum} />;
  if (type === "array" && items) {
    return (
      <>
        list{limits(schema, " of")}: <Type schema={items} />
      </>
    );
  }
  const pattern = patternOf(schema);
  return (
    <>
      {wordOf(schema)}
      {limits(schema, ",")}
      {pattern !== undefined && (
        <>
          , matches <code>{pattern}</code>
        </>
      )}
    </>
  );
}

function limits(schema: SchemaObject, before: string): string {
  const words = limitsOf(schema);
  return words === "" ? "" : `${before} ${words}`;
}

function Values({ values }: { values: readonly unknown[] }): Child {
  return <>{joined(values.map((value) => <Value key={JSON.stringify(value)} value={value} />), ", ")}</>;
}

function Value({ value }: { value: unknown }): Child {
  return <code>{JSON.stringify(value)}</code>;
}

/** What fields are of: it is said of a request which it needs, and of an answer which may be missing. */
type Whole = "request" | "answer";

/** A field or a parameter: its name, what it may be, what it means, and what is in it. */
export function Field({ name, schema, presence, of = "request", ...more }: {
  name: string;
  schema: SchemaObject;
  /** Whether it is needed, in words. */
  presence: string;
  of?: Whole;
  /** @default {as the schema says} */
  description?: string | undefined;
  /** Where a parameter stands. @default {undefined} it is a field */
  place?: string;
  /** By which links find it. @default {undefined} none do */
  id?: string;
}): Child {
  const { description = schema.description, place, id } = more;
  return (
    <li class="field" {...id === undefined ? {} : { id }}>
      <p class="field-head">
        <code class="name">{name}</code> {place !== undefined && <span class="place">{place}</span>}
        {presence !== "" && <span class="presence">{presence}</span>}
        <span class="type">
          <Type schema={schema} />
        </span>
        {schema.default !== undefined && of === "request" && (
          <span class="type">
            usually <Value value={schema.default} />
          </span>
        )}
      </p>
      {description !== undefined && (
        <p>
          <Words text={description} />
        </p>
      )}
      <Fields schema={schema} of={of} />
    </li>
  );
}

/** A sentence, in which names stand between backticks. */
export function Words({ text }: { text: string }): Child {
  return <>{text.split("`").map((part, index) => index % 2 === 0 ? part : <code key={index}>{part}</code>)}
  </>;
}

/** The fields of the objects that a value may be or have in its list; nothing, where there are none. */
export function Fields({ schema, of }: { schema: SchemaObject; of: Whole }): Child {
  const objects = objectsIn(schema);
  if (objects.length === 0) return null;
  if (objects.length === 1) return <FieldList schema={objects[0] ?? {}} of={of} />;
  return (
    <ol class="kinds">
      {objects.map((one, index) => (
        <li key={index}>
          <p class="kind">{index === 0 ? "either" : "or"}</p>
          <FieldList schema={one} of={of} />
        </li>
      ))}
    </ol>
  );
}

function FieldList(
  { schema: { properties = {}, required = [] }, of }: { schema: SchemaObject; of: Whole },
): Child {
  const presenceOf = (name: string) => {
    const isSure = required.includes(name);
    return of === "request" ? isSure ? "required" : "" : isSure ? "" : "may be missing";
  };
  return (
    <ul class="fields">
      {Object.entries(properties).map(([name, schema]) => (
        <Field key={name} name={name} schema={schema} presence={presenceOf(name)} of={of} />
      ))}
    </ul>
  );
}

/** The objects whose fields are described in place: not those that have a name of their own. */
function objectsIn(schema: SchemaObject): SchemaObject[] {
  return choicesOf(schema).flatMap((choice) => {
    if (choice.properties) return [choice];
    if (choice.items) return objectsIn(choice.items);
    const { additionalProperties } = choice;
    return typeof additionalProperties === "object" ? objectsIn(additionalProperties) : [];
  });
}

/** An example, folded. */
export function Example({ value, of }: { value: unknown; of: string }): Child {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <details>
      <summary>Example: {of}</summary>
      <pre tabindex={0}>{text}</pre>
    </details>
  );
}
