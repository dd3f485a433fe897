import { type Context, Hono } from "hono";
import { clientOf } from "../http/client_address.ts";
import { untilTurn } from "../http/request_arrival.ts";
import { PERSON } from "../lib/limits.ts";
import { TokenBucket } from "../lib/token_bucket.ts";
import { type Cabinet, contactOf, type Person } from "../locker/mod.ts";
import { renderHome, renderPage } from "../page/shell.tsx";
import { upgradeWebSocket } from "../http/websocket_guard.ts";
import { admit, signedIn, signedInBy, type UsersEnv, type Visit } from "./admission.ts";
import { AddressRateLimiter, KeyedRateLimiter } from "../lib/keyed_rate_limiter.ts";
import type { UsersContext } from "./context.ts";
import { copyByLink, copyOfMine } from "./copy.ts";
import { jsSdkConfig } from "./js_sdk.ts";
import { comeBack, isInWechat, type LoginContext, sendToWechat } from "./session/login.ts";
import { removeMe, renew, renewMe, signOut } from "./me.ts";
import { miniLogin } from "./session/mini.ts";
import { htmlAnswer, languageOf, notice } from "./pages.ts";
import { answerPreview, isPreview } from "./preview.ts";
import { answerPush, answerVerification, signedByWechat } from "./push.ts";
import { utf8Only } from "./requests.ts";
import { PersonSocket } from "./socket/socket.ts";
import { talk } from "./socket/talk.ts";
import { welcomeOf } from "./socket/welcome.ts";

/** What people reach: the page of a cabinet, its socket and the way beside it, and what WeChat asks of us. */
export function userRoutes(context: UsersContext): Hono<UsersEnv> {
  const routes = new Hono<UsersEnv>();
  const login = loginContext(context);
  // WeChat looks for them at the root, and where a sticker's link is to open the mini program beside the cabinets.
  for (const [name, content] of Object.entries(context.wechat?.proofs ?? {})) {
    routes.on("GET", [`/${name}`, `/c/${name}`], (c) => c.text(content));
  }
  routes.get("/", (c) => htmlAnswer(c, renderHome()));
  routes.get("/c/:cabinet", (c) => atCabinet(c, context, (cabinet) => page(c, cabinet, { context, login })));
  if (login) {
    routes.get("/c/:cabinet/in", (c) => atCabinet(c, context, (cabinet) => comeBack(c, cabinet, login)));
  }
  routes.get(
    "/ws",
    signedIn(context),
    admit(context),
    upgradeWebSocket((c) => socketEvents(c.get("visit"), context)),
    (c) => c.text("This address is a WebSocket", 426),
  );
  routes.on(
    ["GET", "POST"],
    "/talk",
    signedIn(context),
    admit(context),
    (c) => talk(c, c.var.visit, context),
  );
  routes.post("/me/sign-out", signedIn(context), utf8Only, (c) => signOut(c, context));
  routes.post("/me/renew", signedIn(context), utf8Only, (c) => renewMe(c, context));
  routes.post("/me/remove", signedIn(context), utf8Only, (c) => removeMe(c, context));
  const copying = { ...context, copies: new KeyedRateLimiter(PERSON.copiesPerPerson) };
  routes.get("/me/copy", signedIn(context), (c) => copyOfMine(c, copying));
  routes.get("/me/copy/:link", (c) => copyByLink(c, copying));
  wechatRoutes(routes, context, login);
  return routes;
}

/** What WeChat's servers, its script and the mini program ask for; what is not set is not there. */
function wechatRoutes(routes: Hono<UsersEnv>, context: UsersContext, login: LoginContext | undefined): void {
  const { wechat } = context;
  if (login) {
    const configs = new KeyedRateLimiter(PERSON.jsSdkPerPerson);
    routes.get("/wechat/js-sdk", signedIn(context), (c) => jsSdkConfig(c, { ...login, configs }));
    const { account, publicUrl } = { ...login, ...login.wechat };
    if (account.token !== undefined) {
      const push = { ...context, publicUrl, account: { ...account, token: account.token } };
      routes.get("/wechat/push", (c) => answerVerification(c, push));
      routes.post("/wechat/push", signedByWechat(push), utf8Only, (c) => answerPush(c, push));
    }
  }
  if (wechat?.mini) {
    const mini = {
      ...context,
      wechat: { ...wechat, mini: wechat.mini },
      logins: new AddressRateLimiter(PERSON.miniLoginsPerAddress),
    };
    routes.post("/wechat/mini/session", utf8Only, (c) => miniLogin(c, mini));
  }
}

/** `undefined`: people cannot sign in through WeChat's browser. */
function loginContext(context: UsersContext): LoginContext | undefined {
  const { wechat, publicUrl } = context;
  if (wechat?.account === undefined || publicUrl === undefined) return undefined;
  const logins = new AddressRateLimiter(PERSON.loginsPerAddress);
  return { ...context, publicUrl, logins, wechat: { ...wechat, account: wechat.account } };
}

/** Finds the cabinet of the path. */
async function atCabinet(
  c: Context<UsersEnv>,
  { cabinets }: UsersContext,
  show: (cabinet: Cabinet) => Response | Promise<Response>,
): Promise<Response> {
  const cabinet = await cabinets.find(c.req.param("cabinet") ?? "");
  return cabinet ? await show(cabinet) : await notice(c, { kind: "unknown-cabinet", status: 404 });
}

/** Signs the person in and shows the cabinet. */
async function page(
  c: Context<UsersEnv>,
  cabinet: Cabinet,
  { context, login }: { context: UsersContext; login: LoginContext | undefined },
): Promise<Response> {
  const known = await signedInBy(c, context);
  if (!known && isPreview(c)) return await answerPreview(c);
  if (!known && login && isInWechat(c)) return sendToWechat(c, cabinet, login);
  if (!known && !context.guestLogin) {
    const kind = context.wechat ? "not-signed-in" : "no-sign-in";
    return await notice(c, { kind, status: 401, contact: contactOf(cabinet) ?? undefined });
  }
  const person = known?.person ?? await context.people.addGuest(clientOf(c).address);
  if (!person) return await notice(c, { kind: "too-many", status: 429 });
  if (!known) await context.sessions.start(c, person, { secure: clientOf(c).isSecure });
  else if (!isPreview(c)) await renew(c, known, context);
  return await htmlAnswer(c, await pageOf({ person, cabinet }, c, context));
}

async function pageOf(
  { person, cabinet }: { person: Person; cabinet: Cabinet },
  c: Context,
  context: UsersContext,
): Promise<string> {
  const view = await context.cabinets.view(cabinet);
  const welcome = await welcomeOf({ person, cabinet, view }, context);
  await untilTurn(c);
  return renderPage({
    ...welcome,
    lang: languageOf(c),
    canScan: isInWechat(c) && context.wechat?.account !== undefined,
  }, { version: context.assetsVersion });
}

function socketEvents(visit: Visit, context: UsersContext) {
  let socket: PersonSocket | undefined;
  const frames = new TokenBucket(PERSON.frames, context.now());
  return context.guard.events({
    onOpen: async (wire) => {
      socket = new PersonSocket(visit, wire, context);
      await socket.welcome();
    },
    onMessage: (data) => socket?.receive(data),
    onClose: () => socket?.close(),
    isBusy: () => socket?.isBusy ?? false,
    mayGoOn: () => frames.take(context.now()) >= 0,
    retire: () => socket?.retire(),
  });
}
