/**
 * How long what WeChat gives out lasts, and how much of it there is, each from its documentation.
 *
 * @module
 */

/** How long the code of a page login or of a mini program can be changed, in ms. */
export const CODE_MS = 5 * 60_000;

/** How long an access token, a page login's token and a ticket last, in s. */
export const TOKEN_S = 7_200;

/** In its last seconds a global token is followed by the next one, and both are good. */
export const TOKEN_HANDOVER_S = 300;

/** "Leave room for at least 512 characters." */
export const TOKEN_CHARACTERS = 512;

/** How often a day a global token may be made void by `force_refresh`, and how far apart, in ms. */
export const REFRESHES_PER_DAY_MAX = 20;
export const REFRESH_EVERY_MS = 30_000;

/** For how long a `client_msg_id` is known for the same person, in ms. */
export const MESSAGE_ID_MS = 10 * 60_000;

/** Characters of a `client_msg_id`; given for mass messages only, so a guess for templates. */
export const MESSAGE_ID_CHARACTERS_MAX = 64;

/** Permanent scenes of one account, and characters of a scene. */
export const SCENES_MAX = 100_000;
export const SCENE_CHARACTERS_MAX = 64;

/** Logins of one person into a mini program in a minute. */
export const MINI_LOGINS_PER_MINUTE_MAX = 100;

/** How long a service may take to answer what is pushed, in ms, and how often it is pushed in all. */
export const PUSH_MS = 5_000;
export const PUSHES_MAX = 3;

/** Length of an answer that nobody should read to its end. */
export const HUGE_BYTES = 10 * 1024 * 1024;
