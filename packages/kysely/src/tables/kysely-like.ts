/**
 * A Kysely instance over any schema: the store uses only its own tables. It is described by few of its members, so that an
 * instance of another copy of Kysely fits as well. A CommonJS program has the copy that Kysely ships for CommonJS.
 */
export interface KyselyLike {
  withoutPlugins(): object
  getExecutor(): object
  /** Whether it is a transaction. */
  readonly isTransaction?: boolean
}
