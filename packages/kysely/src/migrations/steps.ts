import { sql } from 'kysely'
import { createKeyTables } from './0001-create-key-tables.js'
import { recordWhoDisabled } from './0002-record-who-disabled.js'
import { createCheckValues } from './0003-create-check-values.js'
import { indexUsageBatches } from './0004-index-usage-batches.js'
import { keepLastUse } from './0005-keep-last-use.js'
import { indexKeys } from './0006-index-keys.js'
import { indexAudit } from './0007-index-audit.js'
import { createKeyTerms } from './0008-create-key-terms.js'
import { indexKeyTerms } from './0009-index-key-terms.js'
import { createLastUses } from './0010-create-last-uses.js'
import { indexLastUses } from './0011-index-last-uses.js'
import { foldKeyNames } from './0012-fold-key-names.js'
import { indexLists } from './0013-index-lists.js'
import { createRefusals } from './0014-create-refusals.js'
import { indexRefusals } from './0015-index-refusals.js'
import { keepDisabledReason } from './0016-keep-disabled-reason.js'
import { createWebhooks } from './0017-create-webhooks.js'
import { indexWebhooks } from './0018-index-webhooks.js'
import { createEvents } from './0019-create-events.js'
import { indexEvents } from './0020-index-events.js'
import { createDeliveries } from './0021-create-deliveries.js'
import { indexDeliveries } from './0022-index-deliveries.js'
import { countWebhooks } from './0023-count-webhooks.js'
import { createAuditStarts } from './0024-create-audit-starts.js'
import { createNotices } from './0025-create-notices.js'
import { createBudgets } from './0026-create-budgets.js'
import { keepBudget } from './0027-keep-budget.js'
import { createPreviousUses } from './0028-create-previous-uses.js'
import { createRotations } from './0029-create-rotations.js'
import { keepDeliveries } from './0030-keep-deliveries.js'
import { keepBinding } from './0031-keep-binding.js'
import { keepTags } from './0032-keep-tags.js'
import { untriggered } from './migration-options.js'
import type { Statement, Step, StepContext } from './step.js'

/** The steps from an empty database to the schema of this version, in order. */
const steps: Readonly<Record<string, Step>> = {
  '0001-create-key-tables': createKeyTables,
  '0002-record-who-disabled': recordWhoDisabled,
  '0003-create-check-values': createCheckValues,
  '0004-index-usage-batches': indexUsageBatches,
  '0005-keep-last-use': keepLastUse,
  '0006-index-keys': indexKeys,
  '0007-index-audit': indexAudit,
  '0008-create-key-terms': createKeyTerms,
  '0009-index-key-terms': indexKeyTerms,
  '0010-create-last-uses': createLastUses,
  '0011-index-last-uses': indexLastUses,
  '0012-fold-key-names': foldKeyNames,
  '0013-index-lists': indexLists,
  '0014-create-refusals': createRefusals,
  '0015-index-refusals': indexRefusals,
  '0016-keep-disabled-reason': keepDisabledReason,
  '0017-create-webhooks': createWebhooks,
  '0018-index-webhooks': indexWebhooks,
  '0019-create-events': createEvents,
  '0020-index-events': indexEvents,
  '0021-create-deliveries': createDeliveries,
  '0022-index-deliveries': indexDeliveries,
  '0023-count-webhooks': countWebhooks,
  '0024-create-audit-starts': createAuditStarts,
  '0025-create-notices': createNotices,
  '0026-create-budgets': createBudgets,
  '0027-keep-budget': keepBudget,
  '0028-create-previous-uses': createPreviousUses,
  '0029-create-rotations': createRotations,
  '0030-keep-deliveries': keepDeliveries,
  '0031-keep-binding': keepBinding,
  '0032-keep-tags': keepTags,
}

/** The step that makes the audit table. */
export const auditStep = '0001-create-key-tables'

/** The names of the steps, in order. */
export const stepNames: readonly string[] = Object.keys(steps)

/** A step of the schema, as SQL. */
export interface MigrationStep {
  /** Such as `0001-create-key-tables`. */
  readonly name: string
  /** To be run in this order, without parameters. The last one records the step in `api_key_migrations`. */
  readonly statements: readonly string[]
}

/** Compiles the steps. The first one makes the table that records them, unless it is there. */
export function compileSteps(context: StepContext): readonly MigrationStep[] {
  const { db } = context
  return Object.entries(steps).map(([name, step], index) => {
    const first = index === 0 ? [createMigrationTable(context)] : []
    const statements = [...first, ...step(context), record(context, name)]
    return { name, statements: statements.map((statement) => statement.compile(db).sql) }
  })
}

/** As Kysely's own migrator would: earlier versions used that. */
function createMigrationTable({ db, tables }: StepContext): Statement {
  return db.schema
    .createTable(tables.api_key_migrations)
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
}

function record({ tables, triggers }: StepContext, name: string): Statement {
  const at = name === auditStep && !triggers ? sql.lit(untriggered) : sql`current_timestamp`
  const columns = sql.join([sql.ref('name'), sql.ref('timestamp')])
  return sql`insert into ${sql.table(tables.api_key_migrations)} (${columns}) values (${sql.lit(name)}, ${at})`
}
