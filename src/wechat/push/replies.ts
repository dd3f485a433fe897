import { field } from "./xml.ts";

/** The sender and the receiver of a reply. */
export interface ReplyAddress {
  /** The person: the message's `from`. */
  readonly to: string;
  /** The account: the message's `to`. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A card that opens a page. */
export interface NewsReply extends ReplyAddress {
  readonly title: string;
  readonly description: string;
  /** @default no picture */
  readonly pictureUrl?: string;
  readonly url: string;
}

/** The XML of a card. */
export function newsReply({ title, description, pictureUrl = "", url, ...reply }: NewsReply): string {
  const item = field("Title", title) + field("Description", description) + field("PicUrl", pictureUrl) +
    field("Url", url);
  return replyOf(reply, {
    type: "news",
    content: `<ArticleCount>1</ArticleCount><Articles><item>${item}</item></Articles>`,
  });
}

/** The XML of a text. */
export function textReply({ text, ...reply }: ReplyAddress & { readonly text: string }): string {
  return replyOf(reply, { type: "text", content: field("Content", text) });
}

function replyOf(
  { to, from, at }: ReplyAddress,
  { type, content }: { type: string; content: string },
): string {
  return `<xml>${field("ToUserName", to)}${field("FromUserName", from)}` +
    `<CreateTime>${Math.floor(at / 1000)}</CreateTime>${field("MsgType", type)}${content}</xml>`;
}
