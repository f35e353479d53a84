import steps from './steps.json' with { type: 'json' }

/** A step of the schema, as SQL. */
export interface MigrationStep {
  /** Such as `0001-create-key-tables`. */
  readonly name: string
  /** To be run in this order, without parameters. The last one records the step in `api_key_migrations`. */
  readonly statements: readonly string[]
}

/**
 * Returns the steps from an empty database to the schema of this version as SQL, for `wrangler d1 migrations`. They are those of
 * `@keywright/kysely` on SQLite, so that a database can be moved. Run each once. Later versions add steps, and change none.
 *
 * @example
 * ```ts
 * for (const { name, statements } of migrationSql()) {
 *   await writeFile(`migrations/${name}.sql`, statements.map((statement) => `${statement};\n`).join(''))
 * }
 * ```
 */
export function migrationSql(): readonly MigrationStep[] {
  return steps
}
