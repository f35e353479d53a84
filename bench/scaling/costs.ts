/** What one thing costs, as measured on one machine. Times are processor time, in µs. */
export interface Costs {
  /** When, and on what. */
  readonly measured: string
  readonly verify: {
    /** By the process that verifies: the key in memory; in its cache; in PostgreSQL, with 64 at once. */
    readonly memoryUs: number
    readonly cacheUs: number
    readonly postgresUs: number
    /** By PostgreSQL: one at a time; with 64 at once. */
    readonly serverAloneUs: number
    readonly serverUs: number
  }
  /** What a guarded request costs more than an unguarded one, behind Fastify with keys in memory. */
  readonly guardUs: number
  /** A key that was used since the last write of usage: its row of this hour is there already. */
  readonly usage: {
    readonly processUs: number
    readonly serverUs: number
    readonly walBytes: number
  }
  /** A key that is created, and one that is revoked. */
  readonly create: { readonly serverUs: number; readonly walBytes: number }
  readonly revoke: { readonly serverUs: number; readonly walBytes: number }
  /** A unit of one rate limit, by Redis. */
  readonly redisUs: number
  /** On the disk of PostgreSQL, with indexes. */
  readonly bytes: {
    readonly key: number
    readonly auditRecord: number
    /** A key and an hour in which it was used. */
    readonly usageHour: number
  }
}
