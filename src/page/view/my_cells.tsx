import type { Child } from "hono/jsx";
import { refusalOf } from "../state/refusals.ts";
import type { MyRental } from "../state/state.ts";
import { type Card, type CardAction, cardOf } from "../text/cards.ts";
import { isDoorProblem } from "../text/styled_messages.ts";
import { fill } from "../text/texts.ts";
import { Icon } from "./icons.tsx";
import { Button, Help, type PartProps, Section, Strip } from "./parts.tsx";
import { RecoveryButton, RecoveryCode } from "./recovery_code.tsx";
import { ShareCode } from "./share_code.tsx";

/** What the person has in the cabinet: a card for each rental. */
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
  const { message, tap, canShare, canRecover } = card;
  return (
    <article
      class="card mine"
      data-rental={rental.cell}
      data-state={rental.state}
      aria-busy={String(card.busy)}
    >
      <CardHead rental={rental} card={card} />
      {message && <Strip message={message} state={part.state} texts={part.texts} />}
      {canRecover && <RecoveryCode rental={rental.rental} {...part} />}
      {card.actions.length > 0 && (
        <div class="buttons">
          {card.actions.map((action) => (
            <CardActionButton key={action.type} action={action} card={card} rental={rental} {...part} />
          ))}
        </div>
      )}
      {isDoorProblem(tap) && <Help state={part.state} texts={part.texts} />}
      {canShare && <ShareCode rental={rental} {...part} />}
      {canRecover && <RecoveryButton rental={rental.rental} {...part} />}
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

interface CardActionProps extends CardProps {
  readonly action: CardAction;
  readonly card: Card;
}

function CardActionButton(
  { action, card, rental: { rental, cell }, state, texts, actions }: CardActionProps,
): Child {
  const { type, words, isMain } = action;
  const request = { type: type === "take" ? "reopen" : type, rental } as const;
  const isOff = refusalOf(state, request) !== undefined;
  return (
    <Button
      kind={isMain ? "primary" : "plain"}
      name={type}
      busy={card.busy}
      off={isOff}
      onClick={() =>
        type === "take" && !isOff && !card.busy ? actions?.showTakeDialog(rental) : actions?.tap(request)}
    >
      <span class="main">{words.main}</span>
      <span class="sub">{words.sub}</span>
      <span class="spoken">{fill(texts.cellName, { n: cell })}</span>
    </Button>
  );
}
