/**
 * Every limit of the program, once, with its unit in the name and the reason beside it. A limit that an operator
 * should choose is a setting (`settings.ts`) or a field of the cabinet; these are not.
 *
 * @module
 */

const KIB = 1024;
const MINUTE_MS = 60_000;

/** Limits of the device side. */
export const DEVICE = {
  /** Connections of the whole program; fewer where it may not open as many files, see {@linkcode PROCESS}. */
  connectionsMax: 19_000,
  /** Connections that the kernel holds until they are accepted: a fleet comes back all at once. */
  backlogMax: 4_096,
  /** How long the accept loop rests after an error such as EMFILE, so that it does not spin. */
  acceptBackoffMs: 100,
  /** A device that has sent nothing by then is disconnected. */
  registerMs: 10_000,
  /**
   * From the look-up of a device's bytes until it is disconnected, unless it serves a cabinet by then. A registration is
   * one packet; a lost one comes again within 3 s. Every device that is not served is disconnected at that time, whatever
   * the reason, so that no stranger learns which registrations exist.
   */
  answerMs: 5_000,
  /** How long a look-up may wait for its turn: a fleet of 15,000 that comes back at once is through in 10 s. */
  turnMs: 30_000,
  /** Connections that are accepted in one turn of the event loop, so that a flood leaves time for other work. */
  acceptPerTurn: 16,
  /**
   * New connections that are read, looked up and given an epoch at once, and how long an idle one keeps its place. In one
   * turn of the event loop the runtime reads some 128 sockets, first come, first served: behind a fleet that comes back
   * all at once, a door's answer waited for 3 s.
   */
  placesMax: 32,
  placeMs: 50,
  /**
   * From this part of their maximum on, connections that serve no cabinet give way to each other: the network with the
   * most gives up one that has been read for so long, first one whose registration is unknown. A fleet that comes back all
   * at once is a network that has many for a moment.
   */
  newcomersPart: 0.25,
  newcomerMs: 2_000,
  /**
   * Connections with an unknown registration, from one network and in all, until registrations from there are slowed down
   * and an alarm is raised. A DTU with a wrong registration makes some 6 a minute. The excess of one network does not
   * count in all.
   */
  unknownDevicesOfNetwork: { perSecond: 2, burst: 120 },
  unknownDevices: { perSecond: 20, burst: 1_200 },
  /** Networks of unknown devices that are remembered, about 1 MiB. */
  unknownDeviceNetworksMax: 10_000,
  /**
   * How long a right registration from such a network waits until it counts, and how many connections the network may
   * have: a carrier may have a whole fleet behind one address. Together they bound the guesses of one network to some 500
   * a second. One of a million IMEIs of one make is found within the hour all the same: only a secret in the registration,
   * or `addresses`, keep strangers out.
   */
  slowedMs: 4_000,
  newcomersOfFloodMax: 2_048,
  /** How often a flood that goes on is reported. */
  floodToldMs: 10_000,
  /** Longest registration packet: common DTUs send up to 40 bytes, some up to 80. */
  registrationBytesMax: 80,
  /** The longest that is hardly one device's own: an IMEI in BCD has 8 bytes, a MAC 6. */
  weakRegistrationBytesMax: 5,
  /**
   * The shortest registration that is removed also within a frame, which a DTU may cut into two packets. A shorter one
   * could be part of the frame.
   */
  registrationAnywhereBytesMin: 4,
  /**
   * A registration that is a part of the first packet: where it may begin, how much of the packet is looked at, its
   * shortest length, and the digits of the number in it: an IMEI has 15, of which 8 are the model's; a MAC has 12 hex
   * digits. Parts that are not text are looked for at each byte, so they are short.
   */
  partAtMax: 190,
  partPacketBytesMax: 200,
  partBytesMin: 6,
  partDigitsMin: 6,
  anywhereDigitsMin: 10,
  anywhereHexDigitsMin: 12,
  binaryPartBytesMax: 24,
  binaryPartValuesMin: 5,
  /** Printable bytes around such a part: more are a text, in which it is not looked for. */
  binaryPartTextMax: 8,
  /** Cabinets that a packet is compared with: with more it names nobody. */
  partCabinetsMax: 32,
  /** Noise of the bus before a registration, and places where that may begin: each costs some look-ups in an index. */
  noiseBytesMax: 16,
  beginningsMax: 6,
  /** Longest heartbeat packet: up to 40 bytes. */
  heartbeatBytesMax: 40,
  /** What an unregistered peer may send: a registration, a heartbeat, a first frame. No more is read. */
  preambleBytesMax: 512,
  /**
   * How long the rest of a registration, of its line end or of a heartbeat may take; after that its beginning counts as
   * bytes of the bus. A DTU sends each as one packet, so the rest of one that the network has cut is right behind.
   */
  packetRestMs: 10,
  /** While a longer registration could still be coming in: twice the usual idle gap of a DTU (200 ms). */
  registrationGapMs: 400,
  /**
   * A connection that sent nothing for this long is dead: twice the longest common heartbeat interval (60 s) and
   * a margin. A DTU behind a cut NAT mapping never sends a FIN.
   */
  silenceMs: 150_000,
  /**
   * Gaps between heartbeats after which their interval counts as known; the least such gap, as heartbeats that a network
   * held up come at once; and the shortest silence that ends a connection by it.
   */
  heartbeatsMin: 4,
  heartbeatGapMsMin: 100,
  heartbeatSilenceMsMin: 2_000,
  /** The part of that silence after which the peer is asked for a sign of life. */
  askAfterSilence: 0.6,
  /**
   * Retransmissions of the kernel above which the program warns at its start. The kernel waits 0.2 s at least before the
   * first and twice as long before each other: it gives up after 6.2 s with 4, after 25 s with 6, after 102 s with 8.
   */
  tcpRetriesMax: 6,
  /**
   * How long a peer has to give a sign of life when a connection from its own network claims its cabinet, as its DTU does
   * after its connection died: two reads of a board, of which one answer may get lost. A claim from another network may be
   * an attack, so a pause of a mobile network must not be enough.
   */
  signOfLifeMs: 3_000,
  signOfLifeElsewhereMs: 8_000,
  /** How often the peer is asked meanwhile. */
  askAgainMs: 4_000,
  /** A peer that was heard this lately is not asked. */
  livelyMs: 1_000,
  /**
   * How long no claim asks for a sign of life after the peer has given one: a repeated claim must not win by the first
   * answer that gets lost. Until then only the peer's own silence ends its connection.
   */
  contestedMs: 10 * MINUTE_MS,
  /** How often a device claims a cabinet again that has a live connection. */
  claimAgainMs: 2_000,
  /** Bytes that may wait for a peer that does not read; more disconnect it. */
  writeQueueBytesMax: 16 * KIB,
  /** The read buffer of a connection. Small, since thousands of connections are idle. */
  readBufferBytes: 256,
  /**
   * Bytes that are read from one connection: per second, at once after a pause, and at once from a new one; the rest waits.
   * Boards speak at 9,600 to 115,200 baud, which are 0.9 to 11.3 KiB a second; the fastest serial
   * port of a DTU has 460,800, which are 45. At once may come what the network held up: almost six seconds of 115,200 baud.
   * A new one has little to say, so dialing again and again is no way around this: a smart controller that returns sends
   * its greeting, of 4 KiB at most, and eight events of some 100 bytes, before it waits for an acknowledgement.
   */
  received: { perSecond: 48 * KIB, burst: 64 * KIB, first: 8 * KIB },
  /**
   * Of a device that sends more than that: the longest pause in between, when it is reported, and when it is disconnected.
   * What a network held up for a minute, at 115,200 baud, is over in 15 s.
   */
  tooFastPauseMs: 2_000,
  tooFastToldMs: 5_000,
  tooFastMs: 20_000,
} as const;

/** The list of devices that no cabinet has. */
export const UNKNOWN_DEVICES = {
  /** Devices in the list; and how long one is there that comes no more. */
  keptMax: 100,
  keptDays: 30,
  /** How long reports of an isolate gather until they are written, and how many may wait; more are left out. */
  gatherMs: 1_000,
  waitingMax: 200,
  /**
   * Reports that count, from one network and in all of an isolate: at once as many as the list has, since the devices of a
   * building come together, behind one address; and of all networks twice as many, so that one network leaves room for
   * others. The excess is left out, so that a flood of made-up registrations costs five rows a second. Of the networks in
   * the list that with the most devices loses one first.
   */
  ofNetwork: { perSecond: 1, burst: 100 },
  inAll: { perSecond: 5, burst: 200 },
  networksMax: 1_000,
} as const;

/** Limits of the header that a balancer sends in front of a device's connection (the PROXY protocol). */
export const DEVICE_PROXY = {
  /** The longest line that version 1 has, with its CRLF. */
  textBytesMax: 107,
  /** Version 2 is made to fit into the smallest TCP segment, 536 bytes; certificates' names may make it longer. */
  binaryBytesMax: 1_024,
  /** How long it may take. The protocol wants 3 s at least, so that a lost segment can come again. */
  headerMs: 5_000,
} as const;

/** Limits of devices over TLS. */
export const DEVICE_TLS = {
  /** How often the certificate's files are read again: two small files. */
  lookMs: 5_000,
  /** How long before a certificate's end the program warns: automatic renewal comes 30 days before. */
  soonMs: 14 * 24 * 60 * MINUTE_MS,
  /** What is read from a connection at once: most of a greeting, a device's usual packet. Thousands wait. */
  readBytes: 512,
  /** How long handshakes go on before sockets are read again; a tap, or a board's answer, waits that long. */
  handshakesMs: 4,
} as const;

/** Limits of a cabinet's bus. */
export const BUS = {
  /** Opens that may wait for one bus. Boards that answer at once serve as many in time; behind slow boards they expire. */
  queueMax: 64,
  /** Raw writes that may wait for one bus. */
  rawQueueMax: 32,
  /** One raw write: no board's frame is longer. */
  rawBytesMax: 256,
  /** A board answers in about 200 ms, other programs wait up to 750 ms; the rest is for the mobile network. */
  replyMs: 2_000,
  /** After a silence nothing is sent for this long, so that a late reply does not meet another request. */
  quietMs: 1_000,
  /** The same for reads: no person waits before the door, and a late answer does no harm. */
  readReplyMs: 1_500,
  readQuietMs: 300,
  /** How long the bus is left alone after a request that needs no answer: a board that answers all the same is done by then. */
  unansweredMs: 400,
  /**
   * How long an answer stays possible, from the first bytes received after the request to the last ones: open-all takes up
   * to 10 s.
   */
  lateMs: 10_000,
  /**
   * An open is sent only if something was received within this time; otherwise a board is read first. A dead line holds the
   * bytes, and the next try of the kernel or the carrier would open the door when the person has gone.
   */
  freshMs: 10_000,
  /** Door queries that may wait for one bus, and how long one may take: two reads of a board whose answers get lost. */
  doorQueriesMax: 64,
  doorQueryMs: 4_000,
  /** How long a switch has to stay where a board reported it by itself: contacts bounce for some 20 ms. */
  bounceMs: 250,
  /**
   * Moves of one door above which its switch counts as fluttering, and how long until one of them is forgotten: people open
   * and shut a door a few times in a minute. Then how long a fluttering switch has to rest until its door is reported.
   */
  movesMax: 8,
  moveForgottenMs: 5_000,
  stillMs: 3_000,
  /** How often a switch that goes on fluttering is reported: more often than its alarm ends by itself. */
  flutterEveryMs: MINUTE_MS,
  /** Requests whose answers may still come: more than are sent until a silent connection ends. */
  outstandingMax: 256,
  /** A heartbeat so soon after one was sent back is the adapter's echo of it, where it echoes. */
  heartbeatEchoMs: 3_000,
  /** How long the rest of a frame may take: DTUs cut at gaps of 200 ms, networks wait longer. */
  partialMs: 1_000,
  /** How long a whole frame may still become a longer one: twice the usual gap of a DTU (200 ms). */
  longerMs: 400,
  /** How long after its pulse a door's opening counts as the pulse's: some doors have to be pulled. */
  openedByMs: 30_000,
  /** The same for bytes of the operator. */
  openedByRawMs: 10_000,
  /** How long after its pulse evidence of an open is collected. Then the open is unconfirmed. */
  confirmMs: 5_000,
  /** Between two reads of the same door while evidence is collected. */
  confirmGapMs: 300,
  /** How long the bus is left alone after an operator's raw bytes: an answer takes about 200 ms, up to 750 ms. */
  rawHoldMs: 750,
  /** The doors of cabinets that come back all at once are read within this time, and not all in one moment. */
  firstReadSpreadMs: 5_000,
  /** How often a board with an open door is read, so that its closing is seen; slower once it stays open. */
  openDoorPollMs: 1_000,
  openDoorLatePollMs: 10_000,
  openDoorFreshMs: 2 * MINUTE_MS,
  /** How often a board is read otherwise. That also keeps NAT mappings (60 s), and DTUs that redial after a silence. */
  idlePollMs: 45_000,
  /** A bus that does not answer is asked again after this, then half as often each time, down to the usual pace. */
  silentRetryMs: 5_000,
  /** Reads in a row that a board leaves unanswered before its doors count as unknown. */
  silentReadsMax: 2,
} as const;

/** Limits of smart controllers, which speak Kaigui's own protocol (`docs/device-protocol.md`). */
export const CONTROLLER = {
  /** A line with its LF, both ways: a small chip holds one in memory. */
  lineBytesMax: 1_024,
  /** What a controller may send until it has proved its identity: two lines, and as much again for a later version. */
  greetingBytesMax: 4 * KIB,
  /** After this silence a side sends a ping; after twice as long the other side is gone. NAT mappings live for 60 s. */
  heartbeatSeconds: 20,
  /** From open to open: a controller's coils fire one at a time, for half a second. */
  pulseGapMs: 600,
  /** How long a controller has to read the refusal before it is disconnected. */
  refusalMs: 1_000,
  /** Events that a controller may have on their way without an acknowledgement. */
  unacknowledgedMax: 8,
  /** Between two tries to store events while the database is away. */
  storeRetryMs: 5_000,
} as const;

/** Limits of what is stored of doors. */
export const DOOR = {
  /** Moves that wait to be stored: all doors of 8,000 cabinets with 24, some 20 MiB. Past it the oldest are lost. */
  waitingMax: 200_000,
  /**
   * The latest commands whose first opening is remembered: a command's end is written some milliseconds after its opening,
   * and 1,000 doors may open in a second.
   */
  openingsMax: 4_096,
  /** Moves that are stored together: taps wait for them in SQLite's thread, 2 ms. 64 take 5 ms, 256 took 22. */
  batchMax: 16,
  /** How long moves of doors are gathered, so that they are in few of the commits that taps wait for. */
  gatherMs: 100,
  /** How long between tries while the database is away. */
  retryMs: 2_000,
  /** How often alarms that are due are looked for, and how many are raised, and cabinets asked, in one step. */
  alarmsEveryMs: 5_000,
  alarmsStepMax: 200,
  cabinetsStepMax: 200,
  /** How long the isolate that has a cabinet's connection may take to store that the cabinet connected. */
  surelySeenMs: 60_000,
  /**
   * How long after its last report an alarm ends that has no report of its end: a try to take a cabinet's place, a flood of
   * unknown devices.
   */
  passingMs: 10 * MINUTE_MS,
} as const;

/** Limits of the router. Those of seconds allow for an isolate that is busy with other work for 2 s. */
export const ROUTER = {
  /** How long a request may be begun, unless its caller says otherwise: a person waits for it. */
  beginMs: 1_500,
  /** How long its reply may take after that, unless its caller says otherwise. */
  answerMs: 1_500,
  /** Requests that wait for a reply, and messages that wait to be sent, to one other isolate. */
  queueMax: 200_000,
  /** Messages in one batch between isolates: larger ones hold the receiver up for milliseconds. */
  batchMax: 1_024,
  /** After how long a batch without an acknowledgement is sent again: twice as long each time, up to the second. */
  resendMs: 40,
  resendMaxMs: 640,
  /** How often isolates and programs send a sign of life. */
  helloMs: 1_000,
  /** The silence after which a peer is gone: longer than 2 s of being busy, shorter than a tap may take. */
  silentMs: 4_000,
  /** Hops after the first one, where a cabinet has moved to another isolate in the meantime. */
  hopsMax: 2,
  /** Largest message to another machine; NATS takes 1 MiB unless told otherwise. */
  payloadBytesMax: 512 * KIB,
  /** Requests to other machines that wait for a reply. */
  pendingMax: 50_000,
  /** How long an isolate on another machine may take to confirm that a request arrived. */
  heardMs: 2_000,
  /** Bytes that may wait for a slow broker; above that nothing is sent. */
  brokerBufferedBytesMax: 16 * 1024 * KIB,
  /** Watchers that are told at once to read their state anew, which is a read of the database each, and how long between. */
  missedAtOnce: 50,
  missedGapMs: 20,
} as const;

/** Limits of the connection to NATS, beside those of the router. */
export const NATS = {
  /** How often requests are checked for their deadlines. */
  lookMs: 250,
  /**
   * Requests that are sent and not confirmed as arrived. More wait here, where they are surely not begun: the arrival of
   * a flood of 50,000 took longer than `ROUTER.heardMs`.
   */
  unheardMax: 4_096,
  /**
   * How long to wait before connecting again, and how much longer at most, so that not all programs come at once. The wait
   * does not grow: without a connection, people cannot open cabinets of other machines.
   */
  retryMs: 250,
  retryJitterMs: 250,
  /** How long the last messages may take to be sent when the connection is closed. */
  flushMs: 1_000,
  /**
   * How long the connection to a server that leaves is kept beside the new one: servers exchange their subscriptions within
   * milliseconds. A server that leaves waits 10 s before it closes connections, unless it is configured otherwise.
   */
  besideMs: 2_000,
  /** How often the message is repeated that a new server has to pass on to the server that leaves. */
  probeMs: 50,
  /** Different failures that are reported of one connection and of the tries to make the next: some name each address. */
  failuresToldMax: 20,
  /** Claims in one message, and how long between two messages, when all claims are announced. */
  claimsAtOnce: 250,
  claimsGapMs: 20,
  /** How long a server may take to answer. */
  answerMs: 2_000,
  /** How often a server is sent a ping; after so many in a row without an answer its connection is given up. */
  pingMs: 1_500,
  pingsOutMax: 2,
  /** How long a measured offset of two clocks is used: at 500 ppm, the most that they are slewed by, they drift 30 ms. */
  provenMs: MINUTE_MS,
  /** Isolates that fell silent and are remembered. */
  silentMax: 1_000,
  /** Longest token of a subject, in bytes: a NATS server takes protocol lines of 4 KiB. */
  tokenBytesMax: 1_024,
} as const;

/** Limits of commands. */
export const COMMAND = {
  /** From the tap to the pulse. A door that opens later opens when the person has gone. */
  deadlineMs: 4_000,
  /** From the pulse to the last evidence, and a second for the way: the reply to an open takes no longer. */
  answerMs: BUS.confirmMs + BUS.replyMs + 1_000,
  /** How long a look at a door may take, and a second for the way. */
  lookMs: BUS.doorQueryMs + 1_000,
  /** After the deadline nothing is sent any more, on a clock that may be so much behind at most. */
  deadlineMarginMs: 500,
  /**
   * Commands of one person that may be unfinished at once in an isolate; in a fleet, in each of them. To count them in the
   * database made a tap 15 to 24 % slower on Postgres.
   */
  perPersonMax: 8,
  /** Unfinished commands of the whole isolate; each holds a little memory and a row. */
  inFlightMax: 20_000,
  /** How long the operator's open call waits for the outcome. */
  operatorWaitMs: 10_000,
  /** How often a final state that could not be written is tried again, and how long between tries. */
  finishTries: 20,
  finishRetryMs: 500,
  /**
   * A command that is older than this and not over has lost the isolate that ran it: the deadline, the time for evidence,
   * the tries to write its end, and the difference between machines' clocks.
   */
  orphanMs: 30_000,
  /** How often such commands are looked for, and how many are ended in one step. */
  recoverEveryMs: 10_000,
  recoverStepMax: 100,
  /** How often a command that another program runs is looked at while an end of it is waited for. */
  awaitEndMs: 250,
  /** For how long an unconfirmed command is settled by a later reading of the door. */
  settleMs: 10 * MINUTE_MS,
  /** Unconfirmed commands watched for that at once. */
  settlingMax: 10_000,
} as const;

/** Limits of rentals. */
export const RENTAL = {
  /** Cells that one `store` tries, should doors not open, and how long after the tap another one may be tried. */
  cellsTried: 3,
  anotherWithinMs: 10_000,
  /** How often what is due is looked for, and how many rentals in one step. */
  dueEveryMs: 5_000,
  dueStepMax: 200,
  /** How often the doors of cells that were given back are asked for, beside hearing them close. */
  returnsEveryMs: 30_000,
  returnsStepMax: 200,
  /** Rentals whose doors are listened to at once; the others are found when they are asked for. */
  returnsWatchedMax: 10_000,
  /** Numbers that are tried for a rental: of the ten million that there are, nearly always the first is free. */
  numberTries: 20,
  /** How long after a rental's end another one may be given its number: it is not asked for any more then. */
  numberKeptMs: 30 * 24 * 60 * MINUTE_MS,
} as const;

/**
 * Limits of guessing pickup codes, and the secrets by which a rental moves to another person: 10^8 of each. With 24
 * codes that work in a cabinet, one guess in four million opens a door. Guests cost an attacker nothing (300 in five
 * minutes from each address), so what holds is what counts against addresses and against the cabinet. Within a quarter
 * of an hour a cabinet looks at:
 *
 * - 60 guesses from one address, with any number of guests: one door in two years of trying day and night.
 * - 60 + 3 n guesses from n addresses, since from the 60th wrong one on there are turns, and none for an address that had 3:
 *   from 100 addresses one door in four months.
 * - 1,035 guesses from any number of addresses, since turns are 250 ms, then 500, then 1,000 apart: one door in six
 *   weeks, with an alarm raised all the time.
 *
 * The same once more for people whom WeChat vouches for, who have turns of their own; each is a real account. A
 * secret belongs to one rental, so guessing those is 24 times as hard.
 */
export const CODE = {
  /** Guesses count together for so long from the first one on. */
  wrongWindowMs: 15 * MINUTE_MS,
  /** Wrong guesses of a person, and of a guest who is so new, before the next has to wait: twice as long each time. */
  wrongPerPersonMax: 10,
  wrongPerNewGuestMax: 3,
  newGuestMs: 10 * MINUTE_MS,
  personPauseMs: 15_000,
  /** Wrong guesses from one address (an office), and for how long no guest's guess from there is looked at then. */
  wrongPerAddressMax: 60,
  blockMs: 15 * MINUTE_MS,
  /** Wrong guesses against a cabinet, and against one rental's secret, before guesses there have turns. */
  wrongPerCabinetFree: 60,
  wrongPerRentalFree: 10,
  /** From turn to turn: twice as long after as many more, up to this. */
  turnMs: 250,
  turnMaxMs: 1_000,
  /** A person with so many wrong guesses, or whose address had them at that cabinet, gets no turn. */
  wrongAtTurnsMax: 3,
  /** How long a guess may wait for its turn; one that would wait longer is refused. A person stands before the door. */
  waitMaxMs: 3_000,
  /** Codes in a row that may be taken already when a new one is made. */
  makeTries: 5,
} as const;

/** Limits of what people are told outside of the page. */
export const NOTICE = {
  /** How often it is looked what is due, beside hearing of new ones. */
  everyMs: 2_000,
  /** How long after one was written it is looked for: its commit comes in between. */
  wakeMs: 100,
  /** Sent at once by one isolate: an answer takes some 200 ms, so 40 a second. */
  atOnceMax: 8,
  /** Notices looked at in one step; those that are worth nothing any more are dropped. */
  stepMax: 50,
  /** How long sending may take: four calls of 4 s, where the token has to be fetched anew. */
  sendMs: 20_000,
  /** How long no other isolate sends it: `sendMs`, the tries to write the result, and the difference between machines' clocks. */
  leaseMs: MINUTE_MS,
  /** How long after a try the next one comes, twice as long each time. */
  retryMs: 5_000,
  retryMaxMs: 5 * MINUTE_MS,
  /** WeChat drops doubles for 10 minutes; the last one is for clocks and the way. */
  unsureMs: 9 * MINUTE_MS,
  /** For how long it is worth anything. */
  worthMs: 60 * MINUTE_MS,
  /** The circuit breaker: failures in a row that open it, and for how long it is open, twice as long each time. */
  failuresMax: 3,
  restMs: 2_000,
  restMaxMs: MINUTE_MS,
  /** Longest problem that is kept, in characters. */
  problemCharsMax: 200,
} as const;

/** Limits of acts on many cabinets or cells at once. */
export const BULK = {
  /** Cabinets or cells of one job: its list of them is up to 400 KB in the database. */
  targetsMax: 10_000,
  /** Cabinets or cells that one request names: it has to fit into a body. */
  namedMax: 2_000,
  /** Cabinets, or cells that are named, that are looked up in one statement. */
  lookUpMax: 100,
  /** Cells of cabinets that one statement reads. */
  cellsStepMax: 2_000,
  /** Jobs that are not over, of one organization; and of all that one isolate does at once. */
  perOrganizationMax: 20,
  atOnceMax: 4,
  /** How long no other isolate takes a job up: each part renews it, and a part takes some milliseconds. */
  leaseMs: 15_000,
  /** How often it is looked for jobs that a dead isolate left. */
  everyMs: 2_000,
  /** Between two parts: taps come in between. */
  pauseMs: 2,
  /** After so many parts, some 0.3 s, a job gives way to one of an organization with fewer running jobs. */
  partsPerTurn: 20,
  /** How often a part that fails for a reason of ours is tried, and how long it waits before it is tried again. */
  triesMax: 5,
  retryMs: 1_000,
  /** How often a cabinet is described anew, as others change it in the same moment. */
  describeTriesMax: 20,
  /** Why one was refused, in characters. */
  detailCharactersMax: 400,
} as const;

/** Limits of removing what is old. */
export const RETENTION = {
  /** Rows in one step, and how long the database rests between two. */
  stepMax: 200,
  stepPauseMs: 50,
  /** How often old rows are looked for. */
  everyMs: 60 * MINUTE_MS,
} as const;

/** Limits of sealing the secrets of smart controllers that the version before left in plain. */
export const SEALING = {
  /** How long after its migration: an upgrade, one program after the other, is over by then, or was taken back. */
  afterMs: 24 * 60 * MINUTE_MS,
  /** How often it is looked for some, and how many are sealed in one step. */
  everyMs: 60_000,
  stepMax: 200,
  /** How many sealed ones are tried at the start. */
  checkMax: 10,
} as const;

/** Limits of the database. */
export const DATABASE = {
  /** Writes in one commit. Of 256 people at once, batches of 64, 96, 128 and 512 let 12,800, 14,300, 15,200, 13,000 open a second. */
  batchMax: 128,
  /** SQLite: writes in one batch that are worth starting a thread for, which takes all batches from then on. */
  threadFrom: 8,
  /** SQLite: writes from which on a second batch is handed to that thread while it writes one of that size or less. */
  aheadFrom: 16,
  /** Epochs that are taken in one commit: at most as long as one of the journal. */
  epochsBatchMax: 128,
  /** Registrations that may wait for an epoch: all connections of the isolate. */
  epochsQueueMax: 20_000,
  /** Writes that may wait for a commit; more are refused at once. */
  queueMax: 50_000,
  /** SQLite: how long another process's lock is waited for (a tap is worth 4 s), and how long between tries. */
  lockMs: 3_000,
  lockRetryMs: 10,
  /**
   * SQLite: how soon after a write the write-ahead log is copied into the file. Taps wait for that in the thread: at
   * 1,000 taps/s for 5 ms, 9 at most.
   */
  checkpointMs: 100,
  /** Pages of the log before a connection copies them itself, and bytes that the log keeps when it is empty. */
  checkpointPages: 8_000,
  logBytesMax: 64 * 1024 * KIB,
  /** How long a job waits for a moment in which no commit is waited for. */
  gapMs: 5,
  /** For how long a write proves that the database can be written, and how long one may take that is to prove it. */
  provenMs: 5_000,
  proofMs: 4_000,
  /** Jobs that may wait, each some kilobytes. */
  jobsMax: 20_000,
  /** Prepared statements kept. */
  statementsMax: 200,
  /** Rows that a list looks at for one page where no index narrows it down, and how many it reads at a time. */
  scanMax: 1_000,
  scanChunk: 500,
  /** The same where an index has all that is looked at, or the rows lie side by side. */
  scanIndex: { max: 32_000, step: 4_000 },
  /** Rows of a list that are counted: a millisecond where each is read, and ten times as many cabinets by an index. */
  countMax: 1_000,
  countCabinetsMax: 10_000,
  /** Cabinets by which a list is narrowed down before it is sorted; where more fit, they are found in its order. */
  narrowMax: 2_000,
  /** SQLite: rows that one statement of a search reads, some two milliseconds. */
  searchChunk: 5_000,
  /** SQLite: trigrams that a search for one or two characters asks for. */
  searchTermsMax: 1_000,
  /** Rows that are found by an index which has not the list's order, and are sorted for a page: some milliseconds. */
  sortMax: 1_000,
  /** People of all organizations whose name begins as one looked for, of whom it is looked who has been at its cabinets. */
  namesMax: 2_000,
  /**
   * Postgres: how long a reader of events in their order waits for those that are being written, and how long between
   * looks: a commit takes some milliseconds.
   */
  settleMs: 500,
  settleRetryMs: 5,
  /** Postgres: events from before there were numbers that get one in one step: some 0.1 s. */
  numberingMax: 5_000,
  /** Postgres: connections of one program. A server takes 100 unless told otherwise, and there are several of us. */
  poolMax: 20,
  /** The same, of each isolate at least: its lanes, and some to read. */
  poolMin: 6,
  /** Postgres: batches of the journal that are written beside each other. */
  lanes: 4,
  /** Postgres: transactions beside each other; the rest of the pool is for reading. */
  transactionsMax: 10,
  /** Postgres: how often a transaction is tried that loses against others. */
  transactionTries: 5,
  /** Postgres: how long making a connection, or waiting for a free one, may take. A tap is worth 4 s. */
  connectMs: 1_500,
  /** Postgres: how long a statement may take. */
  answerMs: 5_000,
  /** Postgres: how long a step of a migration may take; indexes of a long history take minutes. */
  migrateMs: 10 * MINUTE_MS,
  /**
   * Postgres: how long a step of an upgrade waits for a table before it lets others by, which wait behind it: less than the
   * server takes to find a deadlock (1 s), and little beside the 4 s that a tap is worth. Then how long until it is tried
   * again, on SQLite too, and how long in all.
   */
  upgradeLockMs: 200,
  upgradeRetryMs: 300,
  upgradeMs: MINUTE_MS,
  /** Postgres: how long hanging up may take before a connection is cut. */
  hangUpMs: 1_000,
  /** Postgres: how long a starting program waits for the server, and how long between tries. */
  startMs: 30_000,
  startRetryMs: 500,
} as const;

/**
 * Limits of HTTP and WebSockets below the routes, where no peer is identified yet. Those of one address leave room for the
 * thousands of people that a mobile carrier has behind one.
 */
export const HTTP = {
  /** A request's line and headers: cookies and a long user agent take some 2 KiB. */
  headBytesMax: 16 * KIB,
  /** Bytes that are parsed in one turn: 70 of the shortest requests, or 340 chunks of a body, take 1 ms. */
  pieceBytes: 2 * KIB,
  /**
   * Bytes that one connection may send, per second and at once after a pause; more wait. The longest body fits in at once,
   * and a proxy may send 170 requests a second, as many as are answered one after the other.
   */
  connectionBytes: { perSecond: 256 * KIB, burst: 512 * KIB },
  /** Headers of a request: browsers and proxies send some 30. Each takes some 70 bytes of memory besides its own. */
  headersMax: 64,
  /** A body, unless the route says otherwise. The longest is a page's message, of 4 KiB. */
  bodyBytesMax: 8 * KIB,
  /** From the connection, or a request's first byte, to the end of the head: time to send a lost packet three times. */
  headMs: 10_000,
  /** The same to the end of the body: the longest, of 256 KiB, at 9 KiB/s. */
  bodyMs: 30_000,
  /** Without a request: proxies keep a connection for 60 s, and should be the side that closes it. */
  idleMs: 75_000,
  /**
   * How long a peer may take nothing of an answer, and the pieces in which a long answer is handed to the kernel, which show
   * whether it does: a peer that takes 3.2 KiB a second is waited for.
   */
  stalledMs: 10_000,
  answerPieceBytes: 32 * KIB,
  /**
   * Memory of an isolate for answers that the kernel has not taken, for bodies that are not read, and for requests that
   * wait. Above it connections are closed of the block of addresses that has the most, first the one whose amount has not
   * changed for longest.
   */
  keptBytesMax: 32 * 1024 * KIB,
  /** Memory of a request that waits, besides its head: 7 KB were measured. */
  pendingBytes: 8 * KIB,
  /**
   * How long requests are parsed and handled before sockets are read again: a message or a board's answer waits that long,
   * and for the rest of one handler (the page of a cabinet with 24 cells takes 1 ms, with 1,000 cells 6 ms).
   */
  handlersMs: 4,
  /** Unfinished handlers at a time, and how long each counts as one: some wait for a board, or for WeChat. */
  handlersMax: 32,
  handlerPlaceMs: 50,
  /** How often connections are checked for these times. */
  lookMs: 1_000,
  /** Requests of one connection, the one that is answered and those that wait for it. Browsers and proxies send one. */
  pipelinedMax: 8,
  /** Connections of one address that are not WebSockets; see {@linkcode capacityOf} for how many there are in all. */
  perAddressMax: 2_048,
  /** A WebSocket's message. Longer than a page's may be (4 KiB), so that the page gets an error instead of a close. */
  messageBytesMax: 16 * KIB,
  /**
   * Fragments of one message, and pieces in which an unfinished frame came in: each takes up to 1 KiB of memory. A network's
   * packet has 500 bytes or more, so a page's message comes in ten at most.
   */
  fragmentsMax: 32,
  /**
   * Bytes of one WebSocket, per second and at once after a pause; more close it. An operator's raw line that is used as fast
   * as it answers takes 85 KiB a second, a page that sends its longest messages 40.
   */
  socketBytes: { perSecond: 128 * KIB, burst: 512 * KIB },
  /** Answers to pings that wait for a peer that does not read; more close its connection. */
  pongsMax: 64,
  /** How long the peer of a WebSocket may take to answer a close. */
  closeMs: 3_000,
  /** How often an isolate that gets no connections connects to itself, and after how many failures it listens anew. */
  attemptEveryMs: 2_000,
  attemptsMax: 3,
  /** Between tries to listen anew: the port may not be free yet, or there may be no descriptor. */
  listenAgainMs: 50,
} as const;

/** Limits by network address. */
export const ADDRESS = {
  /**
   * The rate of an IPv6 /56, in rates of one /64 in it. A household has a /56 and a few devices; where a
   * carrier gives each phone a /64, some of them are at a cabinet at once.
   */
  widerTimes: 4,
} as const;

/** Limits of the person's side. */
export const PERSON = {
  /** Numbers that are tried for a person: of the ten million that there are, nearly always the first is free. */
  numberTries: 20,
  /** How often people without a number are looked for, and how many get one in one step: some two milliseconds. */
  numberEveryMs: MINUTE_MS,
  numberStepMax: 100,
  /** Longest message from a page. */
  messageBytesMax: 4 * KIB,
  /** Messages that are not JSON, one after another, before the socket is closed. */
  notJsonMax: 3,
  /**
   * Messages that move no lock (pings, mistakes, refusals), per second and saved up. Taps that do are held back
   * by `COMMAND.perPersonMax` and by the bus.
   */
  messagesPerSecond: 10,
  messagesBurst: 60,
  /** How far a flood may go on into debt before the socket is closed. */
  messagesDebtMax: 500,
  /**
   * Frames of one page's socket, of whatever kind, per second and saved up; more and it is hung up on. What a page sends is
   * bounded above; beside it come a ping or a pong every minute or so.
   */
  frames: { perSecond: 50, burst: 1_000 },
  /**
   * Requests of one person on the way beside the socket: each open page asks every few seconds, and once more for
   * each message. A person with as many pages as may be open needs 7 a second.
   */
  talksPerPerson: { perSecond: 10, burst: 60 },
  /** How long a message on that way may take to come in behind its headers: it is one packet, which may be lost. */
  talkBodyMs: 5_000,
  /** Logins from one address, 120 a minute: an office or a carrier's NAT shares one address. */
  loginsPerAddress: { perSecond: 2, burst: 120 },
  miniLoginsPerAddress: { perSecond: 2, burst: 120 },
  /** Signatures for WeChat's script: a page needs one before it scans for the first time. */
  jsSdkPerPerson: { perSecond: 0.5, burst: 20 },
  /** People or addresses whose requests an isolate counts, for each kind of request: about 1 MiB. */
  rateLimiterKeysMax: 10_000,
  /** Permits of one person in one cabinet that a page is told of: more than anybody reads. All of them count. */
  permitsShownMax: 100,
  /** Bytes that may wait for a page which does not read; more and it is dropped. It comes back by itself. */
  bufferedBytesMax: 256 * KIB,
  /** Sockets of one person in an isolate; in a fleet, in each of them. */
  socketsMax: 16,
  /** Sockets of the whole program; fewer where it may not open as many files, see {@linkcode PROCESS}. */
  socketsTotalMax: 15_000,
  /** A page that answers no ping for this long is gone. */
  idleTimeoutSeconds: 60,
  /** How long a session lasts. */
  sessionSeconds: 30 * 24 * 3600,
  /** The least age of a session that is renewed, for a person with something in a cell: not with every request. */
  sessionRenewalMs: 24 * 60 * MINUTE_MS,
  /**
   * How long ago a renewed session counts as begun: longer than a request and a transaction take, and than clocks of
   * machines differ. So a person who signs out meanwhile ends it.
   */
  sessionRenewedAgoMs: MINUTE_MS,
  /** From our page to WeChat and back: the person may be asked there. WeChat's code works for 5 minutes. */
  loginMs: 10 * MINUTE_MS,
  /** New guests from one address within the window, 60 a minute: an office or a carrier's NAT shares one address. */
  guestsMax: 300,
  guestsWindowMs: 5 * MINUTE_MS,
  /**
   * Copies of all that is kept about one person, which they download, or one member of staff does: each isolate counts for
   * itself. How long a link to one works; and steps of copies that an isolate reads at once, of about a millisecond each.
   */
  copiesPerPerson: { perSecond: 1 / 600, burst: 5 },
  copyLinkMs: 15 * MINUTE_MS,
  copyStepsMax: 2,
  /** How often people are removed who asked for it and have nothing in a cell any more, and how many are looked for at once. */
  leavingEveryMs: 5_000,
  leavingStepMax: 100,
  /** A cabinet whose isolate or machine did not answer is looked at again after this: longer than `ROUTER.silentMs`. */
  lookAgainMs: 5_000,
} as const;

/** Limits of what works once, where it is asked for several times at one moment. */
export const ONCE = {
  /** How long the others wait for what comes of it: two calls to WeChat (4 s each), and the database. */
  heldMs: 10_000,
  /** How often they look. A login takes some 300 ms. */
  lookMs: 50,
} as const;

/** Limits of calls to WeChat, and of its pushes. */
export const WECHAT = {
  /** How long WeChat may take to answer: a person waits. */
  callMs: 4_000,
  /** Calls under way at once. */
  callsMax: 256,
  /** Longest answer; a person's name and picture are the longest that is asked for, about 1 KiB. */
  answerBytesMax: 64 * KIB,
  /** The circuit breaker: calls in a row without a valid answer that open it, and for how long: longer than a call may take. */
  awayMax: 5,
  restMs: 5_000,
  /** How long before its end a token is replaced; WeChat hands out the next one 5 minutes before. */
  tokenEarlyMs: 2 * MINUTE_MS,
  /** WeChat says to leave room for tokens of 512 characters. */
  tokenCharactersMax: 1_024,
  /** How long one program of the fleet has to fetch a token: a call, with room for the database. */
  tokenLeaseMs: 10_000,
  /** How often the others read whether the token is there, and how long between; then they fetch it themselves. */
  tokenLooks: 10,
  tokenLookMs: 200,
  /** How long until the fleet may have a token made void again: WeChat allows it 20 times a day, 30 s apart. */
  tokenForceMs: 90 * MINUTE_MS,
  /** How long a login's code works, as WeChat says. */
  codeMs: 5 * MINUTE_MS,
  /** Longest id of a person, an account, a scene: WeChat's have 28, 15 and up to 64 characters. */
  idCharactersMax: 128,
  /** Longest name and address of a picture that are taken over. */
  nameCharactersMax: 64,
  pictureCharactersMax: 1_024,
  /** Longest body that WeChat pushes: a text has up to 2 KiB, and safe mode makes it longer. */
  pushBytesMax: 64 * KIB,
  /** How old a pushed message may be, or how far ahead: three tries of 5 s, and clocks that differ. */
  pushAgeMs: 10 * MINUTE_MS,
  /** Longest value of a template's keyword, by its kind. Values of other kinds are not cut: that would make them false. */
  templateCharactersMax: {
    thing: 20,
    character_string: 32,
    letter: 32,
    name: 10,
    phrase: 5,
    symbol: 5,
  },
} as const;

/**
 * Guesses of the operator's token. It has 16 characters at least: where they are random, 96 bits, no rate of guesses
 * matters. The right token is never kept waiting, so an answer that does not come at once says "wrong": the wait slows
 * scripts that have an old token, and no attacker.
 */
export const GUESS = {
  /** Wrong tokens of one address that are answered at once: a person mistypes, a script has an old token. */
  perAddress: { perSecond: 1, burst: 10 },
  /** How long the answer to a wrong one waits at most. */
  waitMaxMs: 10_000,
  /**
   * Answers that wait, as a part of the connections that the isolate has room for; more are given at once. Behind a proxy
   * all connections come from one address, so nothing else would leave room for other people.
   */
  waitingPart: 0.25,
  /**
   * Wrong tokens, or wrong passwords, at one isolate within the window, from which on it is an alarm; how long after the
   * last it ends.
   */
  alarmAfter: 20,
  alarmWindowMs: 15 * MINUTE_MS,
  alarmMs: 15 * MINUTE_MS,
  /** How often its end is put off while it goes on. */
  alarmEveryMs: MINUTE_MS,
} as const;

/** Staff: accounts, and what they come in by. */
export const STAFF = {
  /** Organizations of a service: they are listed and chosen from in one piece. */
  organizationsMax: 1_000,
  /**
   * How far back visits are noted again in the transaction that makes the second organization: those of people who came
   * while the steps before went on, by a clock that may be behind.
   */
  visitsAgainMs: 60 * MINUTE_MS,
  /** Members of an organization, and links of it that are open: each list is one answer. */
  membersMax: 500,
  invitationsMax: 100,
  /** How long a link works: over a weekend. */
  invitationMs: 72 * 60 * MINUTE_MS,
  /** Tokens of an organization that work at once, and how many of the others its list shows, newest first. */
  tokensMax: 50,
  tokensOverShownMax: 200,
  /** How long a token that was revoked, or has ended, is still listed. */
  tokensKeptDays: 90,
  /** How often the last use of a token is written: not at each request. */
  tokenUsedEveryMs: MINUTE_MS,
  /** How often an open raw line is asked for its right to go on: what is taken away is gone within a second. */
  recheckMs: 500,
  /**
   * How long an answer holds for the messages that follow: a board takes longer for one frame at 9,600 baud and its reply,
   * and a database has 20 questions a second of a line instead of hundreds.
   */
  recheckedMs: 50,
  /** How long the answer is waited for: without one the line is closed. A database may be slow for some seconds. */
  recheckWaitMs: 5_000,
  /** What is refused to one account or token for want of a permission, and noted in the audit log, by each isolate. */
  refusalsNoted: { perSecond: 0.1, burst: 10 },
  /** What is noted of such a request, in characters. */
  subjectCharactersMax: 200,
  /** Longest password, code or link that is looked at, in characters: all that is longer is wrong. */
  secretCharactersMax: 1_000,
} as const;

/** Limits of how staff comes in. */
export const LOG_IN = {
  /** Shortest and longest password, in characters (code points). NIST SP 800-63B wants 8 at least, and 64 to be allowed. */
  passwordCharactersMin: 10,
  passwordCharactersMax: 200,
  /** Longest login: an e-mail address has 254 characters at most (RFC 5321). A mobile number has 6 to 15 digits (E.164). */
  loginCharactersMax: 254,
  mobileDigitsMin: 6,
  mobileDigitsMax: 15,
  /** Passwords that wait to be hashed in an isolate, of each kind of caller: a minute's work at 0.4 s each. */
  hashesWaitingMax: 150,
  /**
   * Tries to log in from one address to accounts that have not been logged in to from there. A hash takes 0.4 s of a
   * processor: 50 such addresses keep one busy for less than two minutes, and then for most of the time.
   */
  triesOfAddress: { perSecond: 1 / 30, burst: 5 },
  /** Of these, what one address may try of one account, whatever other addresses do: so none of them locks it out. */
  triesOfNewcomer: { perSecond: 3 / 3600, burst: 3 },
  /** And beyond that, what all such addresses together may try of one account. */
  triesOfStrangers: { perSecond: 0.1, burst: 10 },
  /** Tries of one account from an address that it was logged in to from before. Nobody elsewhere uses them up. */
  triesOfKnown: { perSecond: 0.05, burst: 10 },
  /** Tries at once of one address, and of one account from an address that is known to it. */
  triesAtOnce: 2,
  /**
   * Wrong codes of the second factor, after the right password: of one account from all unknown addresses together, and
   * from each known one. Three of a million codes are right at a time.
   */
  wrongCodes: { perSecond: 5 / 900, burst: 5 },
  /** Links that are looked at or used from one address, which may be that of an office whose staff joins in one hour. */
  linksOfAddress: { perSecond: 0.1, burst: 30 },
  /** Wrong present passwords, given to change it, of one session. */
  wrongPresentPasswords: { perSecond: 5 / 900, burst: 5 },
  /** How long a caller should wait when the hasher has too much to do. */
  hasherRetryMs: 30_000,
  /** How long an address counts as known to an account after a login, and ended sessions are kept for that. */
  knownDays: 90,
  /** Addresses of an account that count as known, newest first: a mobile network gives a new one each time. */
  knownAddressesMax: 500,
  /** Length of a session, and how long it may be idle: NIST SP 800-63B has both for AAL2. */
  sessionMs: 12 * 60 * MINUTE_MS,
  sessionIdleMs: 30 * MINUTE_MS,
  /** How often the last use of a session is written: not at each request. */
  sessionUsedEveryMs: MINUTE_MS,
  /** Live sessions of an account: more browsers than a person has. The one that began first gives way. */
  sessionsMax: 50,
  /** What is kept of a browser's name, in characters. */
  agentCharactersMax: 200,
  /** Recovery codes that an account gets at once. */
  recoveryCodes: 10,
} as const;

/** The operator's API. */
export const OPERATOR = {
  /** Longest request body. */
  bodyBytesMax: 256 * KIB,
  /** Mistakes of one body that are told: a client with more has made the same one again and again. */
  mistakesMax: 20,
  /** What is told of one of them, in characters: some name all that they are about. */
  mistakeCharactersMax: 400,
  /** Rows in one page of a list, and when nothing was asked for. */
  pageMax: 200,
  pageDefault: 50,
  /** Cells of one cabinet. */
  cellsMax: 1_000,
  /** Columns of doors in one cabinet, and doors and gaps in all of them: each cell once, and as many gaps. */
  columnsMax: 100,
  placesMax: 2_000,
  /** How high a door may be drawn, in doors of the usual height. */
  heightMin: 0.25,
  heightMax: 20,
  /** Addresses and networks that one cabinet may connect from. */
  addressesMax: 32,
  /** From heartbeat to heartbeat; carriers cut what is silent for some minutes. The least is for trying it out. */
  heartbeatSecondsMin: 0.1,
  heartbeatSecondsMax: 3600,
  /** How long a door may be left open, or a cabinet be away, before it is an alarm: up to a week. */
  alarmSecondsMin: 1,
  alarmSecondsMax: 7 * 24 * 3600,
  /** A smart controller's secret: too long to be guessed, at 6 bits a character. */
  secretCharactersMin: 16,
  secretCharactersMax: 128,
  /** Words for sizes, and reminders of one rental. */
  sizesMax: 20,
  remindersMax: 10,
  /** Longest time in a cabinet's rules: ten years. */
  minutesMax: 10 * 366 * 24 * 60,
  /** Longest cursor of a list, in characters: the longest name in base64, and an id. */
  cursorCharactersMax: 1_100,
  /** Longest words that a list is searched for. */
  searchCharactersMax: 100,
  /** Longest `Idempotency-Key`, reason and name, in characters. */
  textMax: 200,
  /** Longest telephone number of a cabinet: with an extension, and as people write it. */
  telephoneCharactersMax: 40,
  /** Tags of one cabinet or one scope, and the longest tag in characters: words to group by, not texts. */
  tagsMax: 50,
  tagCharactersMax: 40,
  /** Entries of one rental's story, and rows that are read of each table for it: a rental has some twenty. */
  storyMax: 1_000,
  /** How often a change of parts is made anew, as others change the cabinet in the same moment: each time one of them is done. */
  patchTriesMax: 20,
  /** What stands beside it: a sticker of 100 mm has room for so much, with the name of the cabinet and its code. */
  contactCharactersMax: 60,
  /** How long what would be cleared may be looked at before it is confirmed. */
  confirmMs: 2 * MINUTE_MS,
  /** How long it may take until a cabinet's connection, whose isolate may be busy, is told to hang up. */
  hangUpMs: 5_000,
  /** Posters in one document: drawing so many holds everything else up for 0.1 s. */
  postersMax: 200,
  /** Width and height of a code's picture, also when nothing was asked for, and how long a browser may keep it. */
  codePixelsMin: 64,
  codePixelsMax: 2_048,
  codePixelsDefault: 512,
  codeKeptSeconds: 3600,
  /** Bytes that may wait for a raw line whose reader is slow; more and it is closed. */
  rawBufferedBytesMax: 1024 * KIB,
} as const;

/** Files of cabinets that are imported. */
export const IMPORT = {
  /** A file: 5,000 rows of 400 bytes. At 256 KiB/s, as much as a connection may send, it takes 6 s. */
  bodyBytesMax: 2 * 1024 * KIB,
  /** Cabinets in a file. Each is a transaction of its own, between which taps have their turn. */
  rowsMax: 5_000,
  /** Rows that are read: spreadsheets write empty ones, too, each of which takes the parser 0.1 ms. */
  rowsReadMax: 10_000,
  /** A row, as the parser counts: bytes of the field that it reads, characters of those before. A quote that never ends is found there. */
  rowBytesMax: 16 * KIB,
  /**
   * Bytes that are parsed in one turn, and line ends in them: twice as many bytes took 2 to 10 ms, and 32 rows that are empty
   * take 3 ms. Rows that are tried, or done, at once: on SQLite, which does them in the isolate, 3 ms, and in one turn of a
   * hundred 6 ms; four rows took 5 and 11 ms (`bench/imports.ts`).
   */
  sliceBytes: 8 * KIB,
  sliceLineEnds: 32,
  sliceRows: 2,
  /** Files that an isolate works on at once: each takes some 20 MiB of memory. */
  atOnceMax: 2,
} as const;

/** Tests of doors by installers. */
export const DOOR_TEST = {
  /** Between one cell and the next: time to look at the door. */
  pauseMsMin: 0,
  pauseMsMax: 60_000,
  pauseMsDefault: 1_500,
  /** How long a switch may take to show a door that has sprung open, until it is read once more. */
  settleMs: 1_000,
  /** Other cells that are looked at where a switch did not move, and how many at once: some 0.2 s each on a bus. */
  looksMax: 48,
  looksAtOnce: 4,
  /** How long all of that may take: boards that are dead take a second or more for each of their cells. */
  looksMs: 10_000,
  /**
   * Beside the pause, how long no other test of the cabinet begins, in the whole service. Each cell renews it before its door
   * is read, before the lock opens, and before others are looked at: between two of these pass 24 s at most
   * ({@linkcode COMMAND.deadlineMs}, {@linkcode COMMAND.answerMs}, twice {@linkcode COMMAND.lookMs}), and the clocks of
   * machines may differ by the rest. So long after the death of its program a cabinet can be tested again.
   */
  leaseMs: 30_000,
  /** Tests that an isolate does at once, each of which keeps a connection. */
  atOnceMax: 20,
} as const;

/** Opening all cells in an emergency. */
export const OPEN_ALL = {
  /** Commands of one call at once: more would wait for the bus until their time is up. */
  atOnceMax: 3,
} as const;

/** The feed of events (`GET /feed`), in each isolate. */
export const FEED = {
  /** Feeds of one account or token, of one organization, and in all: their buffers together are at most 32 MiB. */
  perCallerMax: 20,
  perOrganizationMax: 250,
  isolateMax: 500,
  /** The part of the isolate's connections of HTTP that feeds may have: the rest is for requests. */
  connectionsPart: 0.25,
  /** When a feed is to be asked for again that found no room, and how soon after its end a browser connects again. */
  retryAfterSeconds: 10,
  reconnectMs: 2_000,
  /** Cabinets and tags that one feed may name. */
  cabinetsMax: 20,
  tagsMax: 50,
  /**
   * What is kept for a feed whose peer does not take it, and the pieces in which it is handed on. A feed that has as much
   * reads the rest from the database once its peer goes on; {@linkcode HTTP.stalledMs} ends one whose peer does not.
   */
  bufferedBytesMax: 64 * KIB,
  pieceBytes: 16 * KIB,
  /** How often new events are looked for, and how long after the database failed. */
  pollMs: 200,
  retryMs: 1_000,
  /** Events that are read at once for all feeds, and how long the isolate does other work before more are read, by a feed too. */
  batchMax: 256,
  batchGapMs: 5,
  /**
   * Events that are kept for feeds that have read all that is older: of 5,000 a second, those of 1.6 s, in some 8 MiB. A feed
   * whose last page takes longer reads on, while more is written.
   */
  recentMax: 8_192,
  /** Feeds that read what they missed at one time, how many events at once, and how often a full one looks for room. */
  readersMax: 2,
  pageMax: 200,
  lookMs: 50,
  /** Cabinets whose tags are looked up at once: all feeds together name up to `isolateMax` times `cabinetsMax`. */
  cabinetsStepMax: 512,
  /** Proxies close a connection that is silent for 30 s or more. */
  heartbeatMs: 15_000,
} as const;

/** Limits of isolates. */
export const ISOLATE = {
  /** How long after its end an isolate is started again: twice as long each time it ends soon, up to the second. */
  restartMs: 250,
  restartMaxMs: 10_000,
  /** An isolate that runs for this long does not count as one that ended soon. */
  soundMs: 60_000,
  /** How often isolates are checked for hanging; one without a heartbeat for this long ends the process. */
  lookMs: 2_000,
  hungMs: 30_000,
  /** How long the collection of all metrics waits for a busy isolate. */
  figuresMs: 250,
  /** How long stopping may take before an isolate is terminated. */
  stopMs: 11_000,
  /**
   * Files and sockets of its own that an isolate has open, its thread and its database's among them: 10 were counted on
   * SQLite. The runtime ends the whole process where a thread is started and there are none left (Deno 2.9).
   */
  descriptors: 32,
} as const;

/** Limits of the process. */
export const PROCESS = {
  /** Most files that are opened to find the limit of descriptors: all connections that there may be, and some. */
  descriptorsMax: 40_000,
  /** Descriptors kept for outgoing calls, and for what needs a file now and then. */
  descriptorsKept: 32,
  /** With room for fewer connections the program does not start. */
  connectionsMin: 64,
  /** How long running commands may take to end after SIGTERM; the process is gone within 10 s. */
  drainMs: 7_500,
  /** Over how long the connections of people are closed, then those of devices; the length and least size of a step. */
  spreadMs: 1_500,
  spreadStepMs: 20,
  spreadGroupMin: 10,
  /** How long closing may take after that, for people and for the last writes each. */
  hangUpMs: 1_000,
  /** Cabinet layouts kept in memory; cabinets of the same make share one. */
  layoutsMax: 1_000,
  /** How long it may take until a cabinet's last sign of life is on disk; it is only displayed. */
  seenEveryMs: 2_000,
  /** Cabinets in one such statement: more would delay taps. */
  seenAtOnce: 64,
  /** How often it is looked for cabinets whose words for searches are old, and how many are looked at in one step. */
  wordsEveryMs: 60_000,
  wordsStepMax: 500,
} as const;
