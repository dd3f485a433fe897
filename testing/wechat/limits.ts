/**
 * Lifetimes and quotas, from WeChat's documentation.
 *
 * @module
 */

/** How long the code of a page login or of a mini program is valid, in ms. */
export const CODE_MS = 5 * 60_000;

/** How long an access token, a page login's token and a ticket last, in s. */
export const TOKEN_S = 7_200;

/** So many seconds before a global token ends, WeChat returns the next one, and both are valid. */
export const TOKEN_HANDOVER_S = 300;

/** "Leave room for at least 512 characters." */
export const TOKEN_CHARACTERS = 512;

/** How often a day `force_refresh` may void a global token, and how far apart, in ms. */
export const REFRESHES_PER_DAY_MAX = 20;
export const REFRESH_EVERY_MS = 30_000;

/** How long WeChat remembers a `client_msg_id` for a person, in ms. */
export const MESSAGE_ID_MS = 10 * 60_000;

/** Characters of a `client_msg_id`. It is documented for mass messages only, so a guess for templates. */
export const MESSAGE_ID_CHARACTERS_MAX = 64;

/** Permanent scenes of an account, and characters of a scene. */
export const SCENES_MAX = 100_000;
export const SCENE_CHARACTERS_MAX = 64;

/** Logins of a person into a mini program in a minute. */
export const MINI_LOGINS_PER_MINUTE_MAX = 100;

/** How long a service may take to answer a push, in ms, and how often it is pushed in all. */
export const PUSH_MS = 5_000;
export const PUSHES_MAX = 3;

/** The length of an answer that no client should read to its end. */
export const HUGE_BYTES = 10 * 1024 * 1024;
