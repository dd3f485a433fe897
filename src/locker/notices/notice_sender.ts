import type { NoticeKind } from "../../cabinet/kinds.ts";

/** What is told to whom. Times are milliseconds since 1970. */
export interface NoticeToSend {
  /** UUID; the same one again is the same notice. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly person: string;
  /** Whom the app knows the person as. */
  readonly openid: string;
  readonly cabinet: { readonly id: string; readonly name: string };
  readonly cell: number;
  /** A pickup code; `undefined`: none goes with it, or it works no more. */
  readonly code: string | undefined;
  /** When it happened. */
  readonly at: number;
  /** When the rental should be over; `undefined`: never. */
  readonly until: number | undefined;
}

/** Sends notices. */
export interface NoticeSender {
  /**
   * Resolves when it surely arrives.
   *
   * @throws {NoticeError} which says what is known; whatever else it throws says nothing, so it may have arrived
   */
  send(notice: NoticeToSend): Promise<void>;
}

/** `final`: it never will arrive. `later`: it surely did not arrive, and may another time. `unsure`: it may have. */
export type NoticeErrorKind = "final" | "later" | "unsure";

/** A notice is not known to have arrived. */
export class NoticeError extends Error {
  override name = "NoticeError";
  readonly kind: NoticeErrorKind;

  constructor(message: string, options: ErrorOptions & { kind: NoticeErrorKind }) {
    super(message, options);
    this.kind = options.kind;
  }
}
