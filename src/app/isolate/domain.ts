import { type Ground, now, wallClock } from "./ground.ts";
import { TemplateSender, wantedNotices, wechatSide } from "./wechat.ts";
import {
  AuditLog,
  BulkJobs,
  BulkParts,
  BulkRunner,
  CabinetCatalog,
  Commands,
  ControllerSecrets,
  DoorAlarms,
  DoorLog,
  Journal,
  Leases,
  NoticeOutbox,
  Notices,
  OperatorActions,
  People,
  Permits,
  PickupCodes,
  Recovery,
  RentalRecovery,
  Rentals,
  Returns,
  SingleUseKeys,
} from "../../locker/mod.ts";
import { logCommand, logNotice } from "../../observability/report_log.ts";
import { countCommand, countNotice } from "../../observability/report_metrics.ts";
import { stillMay } from "../../staff/mod.ts";
import type { WechatSide } from "../../users/mod.ts";

/** The domain's parts. */
export interface Domain {
  readonly auditLog: AuditLog;
  readonly acts: OperatorActions;
  readonly bulkJobs: BulkJobs;
  readonly bulkRunner: BulkRunner;
  readonly cabinets: CabinetCatalog;
  readonly commands: Commands;
  readonly doorAlarms: DoorAlarms;
  readonly doorLog: DoorLog;
  readonly journal: Journal;
  readonly leases: Leases;
  readonly singleUseKeys: SingleUseKeys;
  readonly people: People;
  readonly permits: Permits;
  readonly recovery: Recovery;
  readonly rentals: Rentals;
  readonly returns: Returns;
  readonly secrets: ControllerSecrets;
  readonly rentalRecovery: RentalRecovery;
  /** `undefined`: WeChat is not set up. */
  readonly wechat: WechatSide | undefined;
  /** `undefined`: people are told nothing outside of the page. */
  readonly notices: Notices | undefined;
  readonly outbox: NoticeOutbox | undefined;
}

/** Puts the domain together, and ends commands that a dead predecessor left. */
export async function openDomain(ground: Ground): Promise<Domain> {
  const { options, log, failed, metrics, db, routing: { router } } = ground;
  const { sessionSecret: secret, isolates } = options;
  const codes = new PickupCodes(secret);
  const wechat = wechatSide(options, db);
  const { notices, outbox } = noticeParts(ground, { codes, wechat });
  const doorLog = new DoorLog(db, { failed });
  const journal = new Journal(db, { wallClock, opened: (command) => doorLog.openingWritten(command) });
  const alone = isolates === 1 && db.kind === "sqlite";
  const recovery = new Recovery(db, { router, wallClock, alone, notices });
  if (alone) await recovery.endLeft({ atStart: true });
  const secrets = new ControllerSecrets(secret);
  if (options.index === 0) await secrets.check(db).catch(failed);
  const auditLog = new AuditLog(db, { router, wallClock });
  const returns = new Returns(db, { router, wallClock, failed });
  const commands = new Commands({
    db,
    journal,
    router,
    recovery,
    codes,
    notices,
    report: (report) => {
      countCommand(metrics, report);
      logCommand(log, { report, failed });
    },
    returning: (rental) => returns.look(rental),
    now,
    wallClock,
  });
  const cabinets = new CabinetCatalog(db, { router, secrets, wallClock });
  return {
    auditLog,
    acts: new OperatorActions(db, auditLog, { notices }),
    ...bulkParts(ground, { auditLog, cabinets }),
    cabinets,
    commands,
    doorAlarms: new DoorAlarms(db, { router, wallClock }),
    doorLog,
    journal,
    leases: new Leases(db, { failed, wallClock }),
    singleUseKeys: new SingleUseKeys(db, { wallClock }),
    people: new People(db, { secret, router, auditLog, wallClock }),
    permits: new Permits(db, { auditLog, wallClock }),
    recovery,
    rentals: new Rentals(db, { codes, router, wallClock }),
    returns,
    secrets,
    rentalRecovery: new RentalRecovery(db, { secret, tries: codes.tries, router, wallClock }),
    wechat,
    notices,
    outbox,
  };
}

/** What does acts on many cabinets or cells. */
function bulkParts(
  { options, failed, db }: Ground,
  { auditLog, cabinets }: Pick<Domain, "auditLog" | "cabinets">,
): Pick<Domain, "bulkJobs" | "bulkRunner"> {
  const parts = new BulkParts(db, {
    auditLog,
    cabinets,
    stillMay: (trx, job) => stillMay(trx, job, { permission: "manage", now: wallClock() }),
    wallClock,
  });
  const bulkRunner = new BulkRunner(db, { parts, polls: options.index === 0, failed, wallClock });
  return {
    bulkRunner,
    bulkJobs: new BulkJobs(db, { auditLog, wallClock, started: () => bulkRunner.wake() }),
  };
}

/** Makes the notices, which people get outside of the page, and their outbox. */
function noticeParts(
  { options, log, failed, metrics, db }: Ground,
  { codes, wechat }: { codes: PickupCodes; wechat: WechatSide | undefined },
): Pick<Domain, "notices" | "outbox"> {
  const wanted = wantedNotices(options);
  const { publicUrl, wechat: settings } = options;
  if (!wanted || !wechat || publicUrl === undefined || !settings?.account) {
    return { notices: undefined, outbox: undefined };
  }
  const outbox = new NoticeOutbox(db, {
    app: wanted.app,
    sender: new TemplateSender(wechat.client, { templates: settings.account.templates, publicUrl }),
    codes,
    polls: options.index === 0,
    report: (report) => {
      countNotice(metrics, report);
      logNotice(log, report);
    },
    failed,
    wallClock,
    random: Math.random,
  });
  return { notices: new Notices(wanted, { codes, written: () => outbox.wake() }), outbox };
}
