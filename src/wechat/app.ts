/** An official account or a mini program, and what it proves itself by. */
export interface WechatApp {
  readonly appId: string;
  readonly appSecret: string;
}
