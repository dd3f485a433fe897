/**
 * LCUS relays of 1 to 16 channels, one board a bus: `A0 channel op SUM`, op `01` on, `00` off, SUM the low byte of the
 * sum of all bytes before it. The board sends nothing of use: most boards do not answer, those with 16 channels send a line of text.
 *
 * It has no pulse of its own either, so the service ends each one. A crash in between leaves the coil live: all channels
 * are switched off on connecting and at intervals. Relays or locks that time themselves are better.
 *
 * @module
 */
import { type BoardFamily, pendingOf } from "./family.ts";

const HEAD = 0xa0;
const ON = 0x01;
const OFF = 0x00;
/** In place of a channel, on boards of 16. */
const ALL_CHANNELS = 0x00;
/** The largest board that takes several commands at once; one of 16 loses those behind the first. */
const JOINED_CHANNELS_MAX = 8;
/** More than a cabinet's lock needs, and too short for its coil to get hot. */
const PULSE_MS = 500;

export const lcus: BoardFamily = {
  name: "lcus",
  wiring: "short-when-locked",
  boards: [1, 1],
  channels: [1, 16],
  channelsPerBoard: JOINED_CHANNELS_MAX,
  // The board sends nothing; an adapter's echo has 4 bytes.
  frameBytesMax: 4,
  doorOpensWithinMs: 0,
  isHead: () => false,
  open: (lock) => pendingOf(frames([lock.channel], ON), { answer: "nothing", ...lock }),
  releaseAll: (board, channels) => {
    const all = channels > JOINED_CHANNELS_MAX
      ? [ALL_CHANNELS]
      : Array.from({ length: channels }, (_, index) => index + 1);
    return pendingOf(frames(all, OFF), { answer: "nothing", board, channels });
  },
  release: {
    pulseMs: PULSE_MS,
    request: (lock) => pendingOf(frames([lock.channel], OFF), { answer: "nothing", ...lock }),
  },
  frameAt: () => undefined,
};

function frames(channels: readonly number[], op: number): Uint8Array {
  return Uint8Array.from(channels.flatMap((channel) => [HEAD, channel, op, HEAD + channel + op & 0xff]));
}
