/**
 * What the person has in the cabinet: a card for each rental.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { type Card, type CardAction, cardOf } from "../text/cards.ts";
import { Icon } from "./icons.tsx";
import { Button, Help, type PartProps, Section, Strip } from "./parts.tsx";
import { refusalOf } from "../state/refusals.ts";
import { ShareCode } from "./share_code.tsx";
import type { MyRental } from "../state/state.ts";
import { isJam } from "../text/tellings.ts";
import { fill } from "../text/texts.ts";
import { WantWayBack, WayBack } from "./way_back.tsx";

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
  const { telling, tap, deeds, canShare, canComeBack } = card;
  return (
    <article
      class="card mine"
      data-rental={rental.cell}
      data-state={rental.state}
      aria-busy={String(card.busy)}
    >
      <CardHead rental={rental} card={card} />
      {telling && <Strip telling={telling} />}
      {canComeBack && <WayBack rental={rental.rental} {...part} />}
      {deeds.length > 0 && (
        <div class="deeds">
          {deeds.map((deed) => (
            <DeedButton key={deed.type} deed={deed} card={card} rental={rental} {...part} />
          ))}
        </div>
      )}
      {isJam(tap) && <Help texts={part.texts} />}
      {canShare && <ShareCode rental={rental} {...part} />}
      {canComeBack && <WantWayBack rental={rental.rental} {...part} />}
    </article>
  );
}

function CardHead({ rental, card }: { rental: MyRental; card: Card }): Child {
  const { title, where, since, number, until } = card;
  return (
    <div class="mine-head">
      <span class="plate" aria-hidden="true">{rental.cell}</span>
      <div>
        <h3>{title}</h3>
        {where !== undefined && <p>{where}</p>}
        <p>{since}</p>
        {number !== undefined && <p>{number}</p>}
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
  readonly deed: CardAction;
  readonly card: Card;
}

function DeedButton({ deed, card, rental: { rental, cell }, state, texts, actions }: DeedProps): Child {
  const { type, words, isMain } = deed;
  const wish = { type: type === "take" ? "reopen" : type, rental } as const;
  const isOff = refusalOf(state, wish) !== undefined;
  return (
    <Button
      kind={isMain ? "primary" : "plain"}
      name={type}
      busy={card.busy}
      off={isOff}
      onClick={() => type === "take" && !isOff && !card.busy ? actions?.askAbout(rental) : actions?.ask(wish)}
    >
      <span class="main">{words.main}</span>
      <span class="sub">{words.sub}</span>
      <span class="spoken">{fill(texts.cellName, { n: cell })}</span>
    </Button>
  );
}
