import type { MigrationSqlOptions } from '../../src/index.js'
import type { Feature } from './features.js'

/** What a manual says of a feature. */
interface Answer {
  /** `null`: it was not looked up, since Keywright does not use it. */
  readonly has: boolean | null
  /** A few words. */
  readonly note?: string
  /** Where it says so. */
  readonly link: string
}

/** An engine that cannot be installed here, by its manual. */
export interface Manual {
  readonly name: string
  readonly version: string
  /** The day on which its manual was read. */
  readonly read: string
  /** Whether Keywright sends it nothing that it refuses, apart from {@link Manual.without}. */
  readonly works: boolean
  /** With what the tables are made. */
  readonly made: Omit<MigrationSqlOptions, 'tablePrefix' | 'schema'>
  /** `migrateToLatest` runs the steps; otherwise, the host runs what `migrationSql` prints, statement by statement. */
  readonly migrates: boolean
  /** What the host does without. */
  readonly without: Partial<Record<Feature, string>>
  readonly answers: Readonly<Record<Feature, Answer>>
}

const read = '2026-11-27'

/** The answers of a manual: those that differ, and a page that says that the rest is there. */
function answersOf(
  page: string,
  differing: Partial<Record<Feature, Answer>>,
  unread: readonly Feature[],
): Readonly<Record<Feature, Answer>> {
  const all: Readonly<Record<Feature, Answer>> = {
    ...{ triggers: yes(page), advisoryLocks: yes(page), collations: yes(page), rowLocks: yes(page) },
    ...{ skipLocked: yes(page), foreignKeys: yes(page), schemaInTransaction: yes(page), indexes: yes(page) },
    ...{ otherIndexes: yes(page), severalAlterations: yes(page), columnDefaults: yes(page), sequences: yes(page) },
    ...{ json: yes(page), lateral: yes(page), withQueries: yes(page), windows: yes(page), upserts: yes(page) },
    ...{ returning: yes(page), savepoints: yes(page), isolation: yes(page), notifications: yes(page) },
    ...{ rowComparisons: yes(page), catalogs: yes(page), settings: yes(page), clock: yes(page) },
  }
  return { ...all, ...Object.fromEntries(unread.map((feature) => [feature, { has: null, link: page }])), ...differing }
}

const yes = (link: string, note?: string): Answer => ({ has: true, link, ...(note === undefined ? {} : { note }) })
const no = (link: string, note?: string): Answer => ({ has: false, link, ...(note === undefined ? {} : { note }) })

const unused = ['skipLocked', 'otherIndexes', 'withQueries', 'windows', 'returning', 'sequences'] as const
const ofPostgres = ['json', 'lateral', 'rowComparisons', 'notifications'] as const

const cockroach = 'https://www.cockroachlabs.com/docs/v25.4'
const yugabyte = 'https://docs.yugabyte.com/stable'
const tidb = 'https://docs.pingcap.com/tidb/stable'
const vitess = 'https://vitess.io/docs/23.0/reference/compatibility/mysql-compatibility/'
const planetscale = 'https://planetscale.com/docs/vitess/troubleshooting/mysql-compatibility'
const citus = 'https://docs.citusdata.com/en/stable/develop/reference_workarounds.html'
const dsql = 'https://docs.aws.amazon.com/aurora-dsql/latest/userguide'

export const manuals: readonly Manual[] = [
  {
    ...{ name: 'CockroachDB', version: '25.4', read, works: true, migrates: false },
    made: { dialect: 'postgres', triggers: false, collations: false },
    without: { notifications: '`postgresBus`: use `redisBus`' },
    answers: answersOf(
      `${cockroach}/postgresql-compatibility`,
      {
        triggers: no('https://github.com/cockroachdb/docs/pull/23130', 'none for each statement'),
        advisoryLocks: no(`${cockroach}/postgresql-compatibility#other-unsupported-features`, 'they lock nothing'),
        collations: no('https://github.com/cockroachdb/cockroach/pull/96828', 'sorts by bytes'),
        schemaInTransaction: no('https://www.cockroachlabs.com/docs/stable/online-schema-changes', 'one'),
        notifications: no('https://github.com/cockroachdb/cockroach/issues/41522'),
        isolation: yes('https://www.cockroachlabs.com/docs/stable/read-committed'),
        settings: yes('https://github.com/cockroachdb/cockroach/pull/26445'),
      },
      unused,
    ),
  },
  {
    ...{ name: 'YugabyteDB', version: '2025.2', read, works: true, migrates: false },
    made: { dialect: 'postgres' },
    without: {},
    answers: answersOf(
      `${yugabyte}/explore/ysql-language-features/`,
      {
        advisoryLocks: yes(`${yugabyte}/explore/transactions/explicit-locking/`, 'by a flag'),
        collations: yes(`${yugabyte}/explore/ysql-language-features/advanced-features/collations/`),
        rowLocks: yes(`${yugabyte}/explore/transactions/explicit-locking/`),
        schemaInTransaction: no(`${yugabyte}/architecture/transactions/transactional-ddl/`, 'each by itself'),
        isolation: yes(`${yugabyte}/explore/transactions/isolation-levels/`, 'by a flag'),
        notifications: yes(`${yugabyte}/api/ysql/the-sql-language/statements/cmd_listen_notify/`, 'from 2025.2.3'),
      },
      unused,
    ),
  },
  {
    ...{ name: 'TiDB', version: '8.5', read, works: true, migrates: true },
    made: { dialect: 'mysql', triggers: false },
    without: {},
    answers: answersOf(
      `${tidb}/mysql-compatibility/`,
      {
        triggers: no(`${tidb}/mysql-compatibility/#unsupported-features`),
        advisoryLocks: yes(`${tidb}/locking-functions/`, 'waits a second'),
        rowLocks: yes(`${tidb}/pessimistic-transaction/`),
        schemaInTransaction: no(`${tidb}/mysql-compatibility/`, 'as MySQL'),
        severalAlterations: yes(`${tidb}/sql-statement-alter-table/`, 'from 6.2'),
        isolation: yes(`${tidb}/pessimistic-transaction/`),
        savepoints: yes(`${tidb}/sql-statement-savepoint/`, 'from 6.2'),
      },
      [...unused, ...ofPostgres, 'foreignKeys'],
    ),
  },
  {
    ...{ name: 'Vitess, PlanetScale', version: '23', read, works: true, migrates: false },
    made: { dialect: 'mysql', triggers: false },
    without: {},
    answers: answersOf(
      vitess,
      {
        triggers: no(planetscale),
        advisoryLocks: yes('https://github.com/vitessio/vitess/issues/6367', 'on one shard'),
        schemaInTransaction: no(vitess, 'as MySQL'),
        foreignKeys: yes(
          'https://planetscale.com/docs/vitess/schema-changes/schema-lint-errors/foreign-keys-disallowed',
          'by a setting',
        ),
      },
      [...unused, ...ofPostgres],
    ),
  },
  {
    ...{ name: 'Citus', version: '13', read, works: true, migrates: true },
    made: { dialect: 'postgres' },
    without: {},
    answers: answersOf(
      citus,
      { triggers: yes('https://docs.citusdata.com/en/stable/extra/triggers.html', 'not on distributed tables') },
      unused,
    ),
  },
  {
    ...{ name: 'Aurora DSQL', version: 'August 2026', read, works: false, migrates: false },
    made: { dialect: 'postgres', triggers: false, collations: false },
    without: {},
    answers: answersOf(
      `${dsql}/working-with-postgresql-compatibility-supported-sql-features.html`,
      {
        triggers: no(`${dsql}/working-with-postgresql-compatibility-unsupported-features.html`),
        advisoryLocks: no(`${dsql}/working-with-postgresql-compatibility-supported-sql-features.html`, 'not listed'),
        collations: no(`${dsql}/working-with-postgresql-compatibility-unsupported-features.html`, 'sorts by bytes'),
        foreignKeys: yes(`${dsql}/release-notes.html`),
        schemaInTransaction: no(`${dsql}/working-with-ddl.html`, 'one, and no rows'),
        indexes: no(`${dsql}/working-with-postgresql-compatibility-unsupported-features.html`, '`async` alone'),
        columnDefaults: no(`${dsql}/alter-table-syntax-support.html`),
        savepoints: no(`${dsql}/working-with-postgresql-compatibility-unsupported-features.html`),
        isolation: no(`${dsql}/working-with-concurrency-control.html`, 'snapshots alone'),
        notifications: no(`${dsql}/working-with-postgresql-compatibility-supported-sql-features.html`, 'not listed'),
      },
      unused,
    ),
  },
]
