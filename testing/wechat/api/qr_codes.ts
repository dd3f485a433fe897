import { json, readJson, readObject, readQuery, type WechatAnswer, type WechatRequest } from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import { SCENE_CHARACTERS_MAX, SCENES_MAX } from "../limits.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";

/** Permanent QR codes for scenes. */
export class QrCodes {
  /** How many codes there may be. */
  scenesMax = SCENES_MAX;
  readonly #tokens: GlobalTokens;
  readonly #tickets = new Map<string, string>();

  constructor(tokens: GlobalTokens) {
    this.#tokens = tokens;
  }

  /** The scenes with a code. */
  get scenes(): readonly string[] {
    return [...this.#tickets.keys()];
  }

  /** The ticket of a scene's code. */
  ticket(scene: string): string | undefined {
    return this.#tickets.get(scene);
  }

  /** `POST /cgi-bin/qrcode/create` */
  create(request: WechatRequest): WechatAnswer {
    this.#tokens.check(readQuery(request, { needed: ["access_token"] }).access_token);
    const body = readJson(request, ["action_name", "action_info"]);
    if (body["action_name"] !== "QR_LIMIT_STR_SCENE") throw new Refusal(40052);
    const scene = sceneOf(body["action_info"]);
    const ticket = this.#tickets.get(scene) ?? `gQ${randomName(92)}==`;
    if (!this.#tickets.has(scene) && this.#tickets.size >= this.scenesMax) throw new Refusal(45029);
    this.#tickets.set(scene, ticket);
    return json(request.path, { ticket, url: `http://weixin.qq.com/q/${ticket.slice(2, 24)}` });
  }
}

function sceneOf(value: unknown): string {
  const { scene_str: scene } = readObject(readObject(value, ["scene"])["scene"], ["scene_str"]);
  const isRight = typeof scene === "string" && scene !== "" && scene.length <= SCENE_CHARACTERS_MAX;
  if (!isRight) throw new Refusal(40053);
  return scene;
}
