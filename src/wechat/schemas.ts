import { z } from "zod";
import { WECHAT } from "../lib/limits.ts";

/** An openid or unionid. */
export const personId = z.string().max(WECHAT.idCharactersMax).regex(/^[\w-]+$/);

/** A unionid. Only accounts that share an open platform have one; some answers have an empty one. */
export const unionId = z.union([personId, z.literal("").transform(() => undefined)]).optional();

/** An access token or a ticket. */
export const token = z.string().min(1).max(WECHAT.tokenCharactersMax);

/** How long a token lasts, in seconds; WeChat gives two hours at most. */
export const seconds = z.int().positive().max(24 * 3600);
