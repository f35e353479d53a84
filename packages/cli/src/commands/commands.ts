import type { Command } from '../arguments/index.js'
import { auditExport } from './audit-export.js'
import { auditList } from './audit-list.js'
import { auditVerify } from './audit-verify.js'
import { budgetsGrant } from './budgets-grant.js'
import { budgetsShow } from './budgets-show.js'
import { completionsOf } from './completions.js'
import { doctor } from './doctor.js'
import { due } from './due.js'
import { importKeys } from './import.js'
import { init } from './init.js'
import { keysCreate } from './keys-create.js'
import { keysDelete } from './keys-delete.js'
import { keysDisable } from './keys-disable.js'
import { keysEnable } from './keys-enable.js'
import { keysList } from './keys-list.js'
import { keysRevoke } from './keys-revoke.js'
import { keysRevokeAll } from './keys-revoke-all.js'
import { keysRotate } from './keys-rotate.js'
import { keysRotateSchedule } from './keys-rotate-schedule.js'
import { keysShow } from './keys-show.js'
import { keysTransfer } from './keys-transfer.js'
import { keysUpdate } from './keys-update.js'
import { mcpConfig } from './mcp-config.js'
import { migrate } from './migrate.js'
import { scanning } from './scanning.js'
import { secret } from './secret.js'
import { stats } from './stats.js'
import { verify } from './verify.js'

/** All commands, in the order of help. A new one is a file beside this, and a line here. */
export const commands: readonly Command[] = [
  init,
  secret,
  migrate,
  keysCreate,
  keysList,
  keysShow,
  keysUpdate,
  keysEnable,
  keysDisable,
  keysRevoke,
  keysRevokeAll,
  keysTransfer,
  keysDelete,
  keysRotate,
  keysRotateSchedule,
  verify,
  stats,
  budgetsShow,
  budgetsGrant,
  auditList,
  auditExport,
  auditVerify,
  doctor,
  due,
  scanning,
  mcpConfig,
  importKeys,
  completionsOf(() => commands),
]
