/**
 * Values that the program has answered with, by the names of their fields: what a client can know.
 *
 * @module
 */

/** How many values of a name are kept: the last ones, as older ones are removed again by other requests. */
const KEPT = 12;

/** What a parameter's or a field's value is called elsewhere, too. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  cabinet: ["cabinets/id"],
  cabinets: ["cabinets/id"],
  person: ["people/id"],
  before: ["next"],
  after: ["next", "cabinets/id"],
  tag: ["tags"],
  name: ["personName"],
  q: ["name", "number", "cabinets/id"],
  who: ["who"],
  registration: ["text"],
};

/** Where the `id` of an answer belongs to another list than its path begins with. */
const LISTS: Readonly<Record<string, string>> = {
  "/cabinets/{id}/permits": "permits",
  "/cabinets/{id}/cells/{cell}/open": "commands",
  "/cabinets/{id}/cells/{cell}/clear": "rentals",
  "/cabinets/{id}/clear": "rentals",
  "/cabinets/import": "rows",
  "/rentals/{id}/story": "callers",
  "/people/{id}/copy": "rows",
  "/staff/{id}/reset": "invitations",
};

/** The last values that were answered. */
export class KnownValues {
  readonly #values = new Map<string, (string | number)[]>();

  /** Notes what an answer shows. @param path as the document has it */
  learn(path: string, answer: unknown): void {
    const [, first = ""] = path.split("/");
    this.#walk(answer, { list: LISTS[path] ?? first, name: "" });
  }

  /** Notes that there is no such thing any more. */
  forget(value: string): void {
    for (const [name, values] of this.#values) this.#values.set(name, values.filter((one) => one !== value));
  }

  /** One of the values of a field or a parameter. @param list where its `id` belongs; `n` chooses */
  pick(name: string, { list, n }: { list: string; n: number }): string | number | undefined {
    const names = name === "id" ? [`${list}/id`] : [name, ...ALIASES[name] ?? []];
    const values = names.flatMap((name) => this.#values.get(name) ?? []);
    return values[n % values.length];
  }

  #walk(node: unknown, at: { list: string; name: string }): void {
    if (typeof node === "string" || typeof node === "number") return this.#note(node, at);
    if (typeof node !== "object" || node === null) return;
    for (const [name, part] of Object.entries(node)) {
      this.#walk(part, Array.isArray(node) ? at : { list: at.list, name });
    }
  }

  #note(value: string | number, { list, name }: { list: string; name: string }): void {
    this.#add(name === "id" ? `${list}/id` : name, value);
    // What lets somebody in of a link.
    if (name === "link" && typeof value === "string" && value.includes("#")) {
      this.#add("secret", value.split("#")[1] ?? "");
    }
  }

  #add(name: string, value: string | number): void {
    const values = this.#values.get(name) ?? [];
    if (values.includes(value)) return;
    this.#values.set(name, [...values, value].slice(-KEPT));
  }
}
