/**
 * What the person has in the cabinet: a card for each rental.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { type Card, cardOf, type Deed } from "./cards.ts";
import { Icon } from "./icons.tsx";
import { Button, Help, type PartProps, Section, Strip } from "./parts.tsx";
import { refusalOf } from "./refusals.ts";
import { ShareCode } from "./share_code.tsx";
import type { MyRental } from "./state.ts";
import { isJam } from "./tellings.ts";
import { fill } from "./texts.ts";

/** See the module. */
export function MyCells({ state, texts, actions }: PartProps): Child {
  if (state.rentals.length === 0) return null;
  return (
    <Section id="mine" title={texts.mine.title}>
      <ul class="cards" role="list">
        {state.rentals.map((rental) => (
          <li key={rental.rental}>
            <RentalCard rental={rental} state={state} texts={texts} actions={actions} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface CardProps extends PartProps {
  readonly rental: MyRental;
}

function RentalCard({ rental, ...part }: CardProps): Child {
  const card = cardOf(rental, part);
  const { telling, tap, deeds, canShare } = card;
  return (
    <article
      class="card mine"
      data-rental={rental.cell}
      data-state={rental.state}
      aria-busy={String(card.busy)}
    >
      <CardHead rental={rental} card={card} />
      {telling && <Strip telling={telling} />}
      {deeds.length > 0 && (
        <div class="deeds">
          {deeds.map((deed, at) => (
            <DeedButton deed={deed} first={at === 0} card={card} rental={rental} {...part} />
          ))}
        </div>
      )}
      {isJam(tap) && <Help texts={part.texts} />}
      {canShare && <ShareCode rental={rental} {...part} />}
    </article>
  );
}

function CardHead({ rental, card }: { rental: MyRental; card: Card }): Child {
  const { title, where, since, until } = card;
  return (
    <div class="mine-head">
      <span class="plate" aria-hidden="true">{rental.cell}</span>
      <div>
        <h3>{title}</h3>
        {where !== undefined && <p>{where}</p>}
        <p>{since}</p>
        {until && (
          <p class={until.late ? "until late" : "until"}>
            {until.late && <Icon shape="warning" />}
            {until.words}
          </p>
        )}
      </div>
    </div>
  );
}

interface DeedProps extends CardProps {
  readonly deed: Deed;
  readonly first: boolean;
  readonly card: Card;
}

function DeedButton({ deed: { type, words }, first, card, rental, state, texts, actions }: DeedProps): Child {
  const wish = { type, rental: rental.rental } as const;
  return (
    <Button
      kind={first ? "primary" : "plain"}
      name={type}
      busy={card.busy}
      off={refusalOf(state, wish) !== undefined}
      onClick={() => actions?.ask(wish)}
    >
      <span class="main">{words.main}</span>
      <span class="sub">{words.sub}</span>
      <span class="spoken">{fill(texts.cellName, { n: rental.cell })}</span>
    </Button>
  );
}
