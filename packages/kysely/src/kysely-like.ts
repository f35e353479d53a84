import type { Kysely } from 'kysely'

/** A Kysely instance over any schema: the store looks only at its own tables. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely is invariant in its schema, so that no narrower type takes every host's instance
export type KyselyLike = Kysely<any>
