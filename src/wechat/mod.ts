/**
 * WeChat's protocol: calls to its API, its pushes and its login. Knows nothing of cabinets, people or the database.
 *
 * @module
 */
export type { WechatApp } from "./api_client.ts";
export { BadPushError } from "./push/xml.ts";
export { isWechatBrowser } from "./browser.ts";
export { type EnvelopeKeys, openEnvelope, sealEnvelope } from "./push/envelope.ts";
export { type JsSdkConfig, type JsSdkPage, signJsSdk } from "./js_sdk.ts";
export type { MiniProgramSession } from "./mini_program.ts";
export type { AuthorizationRequest, LoginGrant, UserInfo } from "./oauth.ts";
export { parsePush, type Push, type PushBase } from "./push/push.ts";
export { isSignedPush, type SignedPush } from "./push/signature.ts";
export { type NewsReply, newsReply, type ReplyAddress, textReply } from "./push/replies.ts";
export type { SharedToken, SharedTokens } from "./tokens/cached_token.ts";
export type { TemplateMessage } from "./template_message.ts";
export { Wechat, type WechatOptions } from "./wechat.ts";
export { WechatError, type WechatErrorKind } from "./wechat_error.ts";
