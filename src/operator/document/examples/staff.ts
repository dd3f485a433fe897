import { ID, T } from "./words.ts";

const Invitation = {
  id: ID.other,
  kind: "join",
  role: "attendant",
  tags: ["gym"],
  note: "Anna, of the gyms",
  createdAt: T.begun,
  until: T.until,
};

const Token = {
  id: ID.other,
  name: "booking system",
  role: "manager",
  tags: null,
  createdAt: T.before,
  createdBy: "operator",
  until: null,
  lastUsedAt: T.moved,
  revokedAt: null,
};

const work = { connections: 12, devices: 8, people: 3, commandsRunning: 1, commandsPerSecond: 0.4 };

const Isolate = {
  isolate: 0,
  up: true,
  startedAt: T.before,
  restarts: 0,
  ...work,
  commands: 1200,
  heapBytes: 61_000_000,
  lagMs: 2,
};

/** Examples of what is answered about staff and the service, by the name of the schema. */
export const STAFF = {
  Organization: {
    id: "main",
    name: "West Lake Lockers",
    language: "zh",
    timeZone: "Asia/Shanghai",
    contact: { telephone: "0571 8800 0000" },
    secondFactorRoles: ["owner"],
    createdAt: T.before,
  },
  Member: {
    id: ID.account,
    login: "anna@example.com",
    name: "Anna",
    role: "attendant",
    tags: ["gym"],
    hasSecondFactor: false,
    createdAt: T.before,
    lastSeenAt: T.moved,
  },
  Invitation,
  NewInvitation: { ...Invitation, link: "https://cabinets.example.com/console/join#x7Kq" },
  Token,
  NewToken: { ...Token, token: "kg_x7Kq" },
  Account: {
    id: ID.account,
    login: "anna@example.com",
    name: "Anna",
    language: "en",
    hasSecondFactor: false,
    memberships: [{ organization: "main", name: "West Lake Lockers", role: "attendant", tags: ["gym"] }],
  },
  Session: {
    id: ID.other,
    createdAt: T.before,
    lastUsedAt: T.moved,
    address: "203.0.113.7",
    agent: "Mozilla/5.0",
    isThis: true,
  },
  SecondFactor: {
    secret: "JBSWY3DPEHPK3PXP",
    uri: "otpauth://totp/Kaigui:anna?secret=JBSWY3DPEHPK3PXP&issuer=Kaigui",
  },
  RecoveryCodes: { recoveryCodes: ["k7qp-x2mf", "w9tz-h4ra"] },
  Invited: {
    kind: "join",
    organization: "main",
    organizationName: "West Lake Lockers",
    role: "attendant",
    login: null,
  },
  Isolate,
  Status: {
    program: "a",
    version: "0.1.0",
    startedAt: T.before,
    uptimeSeconds: 86_400,
    isolates: [Isolate],
    totals: {
      isolatesUp: 1,
      ...work,
      commands: { opened: 1190, refused: 10 },
      failures: 0,
      residentBytes: 180_000_000,
    },
    router: { peers: 0, broker: "none" },
    database: "sqlite",
  },
};
