import type { KeyStore } from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { auditMethods } from './audit.js'
import { budgetMethods } from './budgets.js'
import { changeMethods } from './changes.js'
import { checkValueMethods } from './check-value.js'
import { inspect } from './inspect.js'
import { listMethods } from './list.js'
import { noticeMethods } from './notices.js'
import { usageReads } from './read-usage.js'
import { readMethods } from './reads.js'
import { retentionMethods } from './retention.js'
import { rotationMethods } from './rotations.js'
import { loadStats } from './stats.js'
import { usageMethods } from './usage.js'

/** Keeps keys in a SQLite database without interactive transactions. */
export function keyStore(db: Database): KeyStore {
  return {
    ...readMethods(db),
    ...changeMethods(db),
    ...listMethods(db),
    ...auditMethods(db),
    ...usageMethods(db),
    ...usageReads(db),
    ...checkValueMethods(db),
    stats: (request) => loadStats(db, request),
    inspect: (known) => inspect(db, known),
    transfers: true,
    bindings: true,
    retention: retentionMethods(db),
    notices: noticeMethods(db),
    budgets: budgetMethods(db),
    rotations: rotationMethods(db),
  }
}
