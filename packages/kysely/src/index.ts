export type { PoolOptions } from './drivers/answer-timeout.js'
export { type BunSqliteDatabase, type BunSqliteStatement, bunSqliteDatabase } from './drivers/bun-sqlite.js'
export { type LibsqlDatabase, libsqlDatabase } from './drivers/libsql-database.js'
export { type Mysql2Connection, type Mysql2Pool, type Mysql2PromisePool, mysqlPool } from './drivers/mysql-pool.js'
export { type NodeSqliteDatabase, type NodeSqliteStatement, nodeSqliteDatabase } from './drivers/node-sqlite.js'
export {
  type PostgresBusOptions,
  type PostgresConnection,
  type PostgresPool,
  postgresBus,
} from './drivers/postgres-bus.js'
export { type PgClient, type PgPool, type PostgresPoolOptions, postgresPool } from './drivers/postgres-pool.js'
export { type DriverConnections, type PromisedConnection, transactionOn } from './drivers/transaction-on.js'
export { migrateToLatest } from './migrations/migrate.js'
export type { MigrationOptions } from './migrations/migration-options.js'
export { type MigrationSqlOptions, migrationSql } from './migrations/migration-sql.js'
export type { MigrationStep } from './migrations/steps.js'
export { type KyselyStoreOptions, kyselyStore } from './store/kysely-store.js'
export type { KeyTables } from './tables/key-tables.js'
export type { KyselyLike } from './tables/kysely-like.js'
export type { DialectName, TableOptions } from './tables/table-names.js'
export { kyselyWebhookStore } from './webhooks/kysely-webhook-store.js'
