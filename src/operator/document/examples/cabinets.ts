import { DEFAULT_RULES } from "../../../cabinet/rules.ts";
import { ID, problem, T } from "./words.ts";

const Cell = { cell: 7, board: 1, channel: 7, size: "M", state: "held", door: "closed" };

const described = {
  id: "lobby-a",
  organization: "main",
  name: "Lobby",
  board: "8a",
  registration: { text: "864123056789012#k7Qp" },
  heartbeat: { hex: "00", echo: false, intervalSeconds: 60 },
  localEcho: false,
  wiring: "short-when-locked",
  addresses: null,
  tags: ["hangzhou"],
  location: { address: "1 Beishan Street, Hangzhou", latitude: 30.2587, longitude: 120.1315 },
  leftOpenSeconds: 300,
  offlineSeconds: 60,
  mode: "storage",
  rules: DEFAULT_RULES,
  layout: null,
  contact: { telephone: "0571 8800 0000" },
  online: true,
  connectedAt: T.before,
  lastSeenAt: T.moved,
  link: "https://cabinets.example.com/c/lobby-a",
  warnings: [],
};

const Cabinet = { ...described, cells: [Cell] };

const ImportedRow = {
  row: 3,
  id: "lobby-b",
  result: "wrong",
  changes: [],
  code: "invalid",
  mistakes: [{ column: "board", message: "one of 8a, kaigui" }],
};

const counts = { created: 19, changed: 1, unchanged: 0, wrong: 1 };
const offer = { confirm: "1777880100000.0f3a", expiresAt: T.until };

const OpenedCell = { cell: 7, command: ID.command, state: "opened", reason: null };

const TestedCell = {
  type: "cell",
  cell: 7,
  board: 1,
  channel: 7,
  finding: "fine",
  says: "The lock opened, and its switch showed it",
  command: ID.command,
  state: "opened",
  reason: null,
  before: "closed",
  after: "open",
  moved: [],
};

/** Examples of what is answered about cabinets, by the name of the schema. */
export const CABINETS = {
  Cell,
  UnknownDevice: {
    id: ID.other,
    registration: { text: "864123056789012" },
    hex: "383634313233303536373839303132",
    why: "no-cabinet",
    transport: "tcp",
    address: "203.0.113.7",
    firstAt: T.begun,
    lastAt: T.moved,
    count: 3,
  },
  Cabinet,
  ListedCabinet: described,
  ImportedRow,
  ImportReport: { trial: true, counts, rows: [ImportedRow], ...offer },
  ImportConfirmation: {
    ...problem(409, "Confirmation needed"),
    detail: "Look at what this would do, then send it again with this `confirm`",
    code: "confirmation-needed",
    ...offer,
    counts,
    rows: [ImportedRow],
  },
  OpenedCell,
  OpenedAll: { cabinet: "lobby-a", opened: 1, notOpened: 0, held: [7], cells: [OpenedCell] },
  OpenAllConfirmation: {
    ...problem(409, "Confirmation needed"),
    detail: "Look at what this would do, then send it again with this `confirm`",
    code: "confirmation-needed",
    ...offer,
    cells: [1, 7],
    held: [7],
  },
  TestedCell,
  TestSummary: {
    type: "end",
    ended: "done",
    fine: 1,
    notFine: 0,
    wiring: null,
    channels: [],
    says: ["All that was tested is fine"],
  },
  TestLine: TestedCell,
  StaleCabinet: {
    ...problem(412, "Precondition Failed"),
    detail:
      'If-Match: the cabinet\'s tag is "x7Kq"; look at what is current, and send it again with that tag',
    code: "changed",
    current: Cabinet,
  },
};
