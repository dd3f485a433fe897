/** The credentials of an official account or a mini program. */
export interface WechatApp {
  readonly appId: string;
  readonly appSecret: string;
}
