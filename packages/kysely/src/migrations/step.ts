import type { CompiledQuery, Kysely, QueryExecutorProvider } from 'kysely'
import type { Dialect } from '../dialect/dialect.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'

/** What a step is written with. */
export interface StepContext {
  /** Only builds and compiles statements. */
  readonly db: Kysely<KeyTables>
  readonly dialect: Dialect
  readonly tables: TableNames
  /** Whether the engine has triggers. */
  readonly triggers: boolean
}

/** A builder of Kysely. What it compiles to has no parameters: other tools run the text alone. */
export interface Statement {
  compile(db: QueryExecutorProvider): CompiledQuery
}

/** The statements of one change of the schema, in order. */
export type Step = (context: StepContext) => readonly Statement[]
