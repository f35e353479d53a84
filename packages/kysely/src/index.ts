export { type KyselyLike, kyselyStore } from './kysely-store.js'
export { migrateToLatest } from './migrate.js'
export type { TableOptions } from './table-names.js'
export type { KeyTables } from './tables.js'
