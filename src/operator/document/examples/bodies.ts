import { ID, T } from "./words.ts";

const why = { reason: "the lock is stuck" };
const password = "three quiet lockers";

/** An example of what each operation takes, by the operation's id. */
export const BODIES: Readonly<Record<string, unknown>> = {
  cabinetsPut: {
    name: "Lobby",
    board: "8a",
    mode: "storage",
    registration: { text: "864123056789012#k7Qp" },
    cells: { count: 24, size: "M" },
  },
  cabinetsPatch: { name: "Lobby, left", rules: { rentalMinutes: 480 } },
  importRun: "id,name,board,mode,cells\nlobby-b,Lobby B,8a,storage,24\n",
  cellsDisable: why,
  cellsEnable: { reason: "the lock is mended" },
  cellsClean: { reason: "the lock is mended" },
  doorsTest: { cells: [1, 2, 3], pauseMs: 1_000, reason: "the cabinet is new" },
  doorsOpenAll: { reason: "fire in the building" },
  jobsStart: { act: "tag", match: { tag: "hangzhou" }, tags: ["gym"] },
  jobsCancel: { reason: "the wrong tag" },
  permitsGrant: { person: ID.person, cells: [1, 2], until: T.until },
  commandsOpen: why,
  rentalsEnd: { reason: "the person gave the key back" },
  rentalsExtend: { byMinutes: 60, reason: "the person is on the way" },
  rentalsClearCabinet: { reason: "the cabinet moves" },
  rentalsClearCell: { reason: "left behind" },
  peopleSignOut: { reason: "the telephone was lost" },
  organizationsCreate: { id: "acme", name: "Acme Lockers", language: "en" },
  organizationsChange: { secondFactorRoles: ["owner", "manager"] },
  staffChange: { role: "manager", tags: ["gym"] },
  staffReset: { reason: "the password is forgotten" },
  staffEndSessions: { reason: "the telephone was lost" },
  invitationsCreate: { role: "attendant", tags: ["gym"], note: "Anna, of the gyms" },
  tokensCreate: { name: "booking system", role: "manager" },
  accountLogIn: { login: "anna@example.com", password },
  accountLook: { secret: "x7Kq" },
  accountAccept: { secret: "x7Kq", login: "anna@example.com", name: "Anna", password, language: "en" },
  accountChange: { language: "zh" },
  accountChangePassword: { current: password, next: "four quiet lockers" },
  accountBeginSecondFactor: { password },
  accountConfirmSecondFactor: { code: "123456" },
  accountRemoveSecondFactor: { password },
};
