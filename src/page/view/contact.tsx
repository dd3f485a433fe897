import type { Child } from "hono/jsx";
import type { Contact } from "../../cabinet/types.ts";
import type { Texts } from "../text/texts.ts";
import { Icon } from "./icons.tsx";

interface BesideProps {
  readonly words: string;
  /** The cabinet's, where there is one. */
  readonly contact: Contact | undefined;
  readonly texts: Pick<Texts, "contact">;
}

/** The contact beside words that send people to the operator; nothing beside others. */
export function ContactBeside({ words, contact, texts }: BesideProps): Child {
  return contact && words.includes(texts.contact.operator) ? <ContactWords contact={contact} /> : null;
}

/** The number is text as well: not every container in which the page may be shown follows `tel:`. */
export function ContactWords({ contact: { telephone, text } }: { contact: Contact }): Child {
  return (
    <span class="contact">
      {telephone !== undefined && (
        <a href={`tel:${dialled(telephone)}`}>
          <Icon shape="telephone" />
          {telephone}
        </a>
      )}
      {text !== undefined && <span>{text}</span>}
    </span>
  );
}

/**
 * Without what only people read; a comma is a pause before an extension. Behind a country code the 0 in brackets is not
 * dialled (ITU-T E.123).
 */
function dialled(telephone: string): string {
  const digits = telephone.startsWith("+") ? telephone.replace("(0)", "") : telephone;
  return digits.replace(/[^\d+,]/g, "");
}
