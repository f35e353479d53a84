import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { TableOptions } from '../tables/table-names.js'

/** Options of {@link migrateToLatest}. */
export interface MigrationOptions extends TableOptions {
  /**
   * Whether triggers make the audit table refuse updates and deletions. Give `false` where an engine has no triggers: the log is
   * then as safe as the rights of the user that runs, and `keyring.doctor()` says so. It counts for the tables that this call makes.
   *
   * @defaultValue true
   */
  readonly triggers?: boolean | undefined
}

const names: NamesOf<MigrationOptions> = { tablePrefix: true, schema: true, dialect: true, triggers: true }

/** @throws {@link InvalidOptions} when an option is unknown, or `triggers` is no boolean. */
export function splitMigrationOptions<O extends MigrationOptions>(
  options: O,
): { readonly triggers: boolean; readonly tables: Omit<O, 'triggers'> } {
  checkNames(options, names)
  const { triggers = true, ...tables } = options
  if (typeof triggers !== 'boolean') throw new InvalidOptions('triggers', 'a boolean')
  return { triggers, tables }
}

/** What stands in place of the time of the step that makes the audit table, if it made no triggers: not every user may look for these. */
export const untriggered = 'without triggers'
