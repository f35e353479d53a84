interface FeatureRow {
  /** As docs/databases.md calls it. */
  readonly title: string
  /** Where a statement without texts, comments and quoted names has it; `null`: it is of several statements. */
  readonly pattern: RegExp | null
  /** The statements that can have it. @defaultValue all */
  readonly of?: RegExp
}

const alterations = /^alter table\b/
const catalog = [
  String.raw`\bto_regclass\(|\b(aclexplode|pg_get_userbyid|pg_has_role|current_schema)\(|\bcurrent_user\b`,
  String.raw`\bpg_(namespace|class|roles)\b|\bnspname\b|\binformation_schema\.tables\b|\btable_(schema|name)\b`,
].join('|')

/** What of SQL the engines differ in. What is plain everywhere has no row here. */
export const features = {
  triggers: {
    title: 'triggers and functions',
    pattern: /\b(trigger|function|procedure)\b/g,
    of: /^create (or replace )?(trigger|function|procedure)\b/,
  },
  advisoryLocks: {
    title: 'advisory locks',
    pattern: /\bpg_(try_)?advisory_\w+\(|\bhashtextextended\(|\b(get_lock|release_lock|md5|concat_ws|database)\(/g,
  },
  collations: { title: 'collations of columns', pattern: /\b(character set|collate)\b( utf8mb4(_bin)?)?/g },
  rowLocks: { title: '`for update`', pattern: /\bfor (no key )?(update|share)\b/g },
  skipLocked: { title: '`skip locked`, `nowait`', pattern: /\b(skip locked|nowait)\b/g },
  foreignKeys: { title: 'foreign keys', pattern: /\b(foreign key|references)\b/g },
  schemaInTransaction: { title: 'changes of the schema in one transaction', pattern: null },
  indexes: { title: '`create index`', pattern: /\bcreate index\b|\badd index\b/g },
  otherIndexes: {
    title: 'partial and expression indexes, `concurrently`',
    pattern: /\bconcurrently\b|\bcreate (unique )?index\b(?=.*(\(\(|\bwhere\b))/g,
  },
  severalAlterations: { title: 'several changes in an `alter table`', pattern: /, (add|drop)\b/g, of: alterations },
  columnDefaults: {
    title: 'a new column with `default … not null`',
    pattern: /\bdefault \d+ not null\b/g,
    of: alterations,
  },
  sequences: { title: 'sequences, identity', pattern: /\b(\w*serial|auto_increment|nextval\(|identity|sequence)\b/g },
  json: {
    title: 'functions of JSON',
    pattern: /\b(json_build_object|jsonb_array_elements_text|json_to_recordset)\(|\bjsonb?\b/g,
  },
  lateral: { title: '`lateral`', pattern: /\blateral\b/g },
  withQueries: { title: '`with …`', pattern: /\bwith (recursive )?\w+ as\b/g },
  windows: { title: 'window functions', pattern: /\bover \(|\brow_number\(/g },
  upserts: {
    title: '`on conflict`, `on duplicate key`',
    pattern:
      /\bon conflict\b( \([^)]*\))? do (nothing|update)\b|\bon duplicate key update\b|\bexcluded\b|\bvalues\((?=`)/g,
  },
  returning: { title: '`returning`', pattern: /\breturning\b/g },
  savepoints: { title: 'savepoints', pattern: /\b(release |rollback to )?savepoint keywright_call\b/g },
  isolation: { title: '`isolation level read committed`', pattern: /\bisolation level read committed\b/g },
  notifications: { title: '`listen`, `notify`', pattern: /^listen\b|\bpg_notify\(/g },
  rowComparisons: { title: '`is distinct from` of rows', pattern: /\bis distinct from\b/g },
  catalogs: { title: 'catalogs', pattern: new RegExp(catalog, 'g') },
  settings: {
    title: 'settings of the server',
    pattern: /\bpg_is_in_recovery\(|\bcurrent_setting\(|@@(global|session)\.\w+|\bshow global variables\b/g,
  },
  clock: {
    title: 'the clock of the moment',
    pattern: /\bclock_timestamp\(|\bextract\(epoch\b|\b(utc_timestamp|timestampdiff)\(( ?microsecond\b)?/g,
  },
} as const satisfies Readonly<Record<string, FeatureRow>>

export type Feature = keyof typeof features

const rows = Object.entries(features) as readonly [Feature, FeatureRow][] // its keys

/** Words and functions that every engine has. A word that is neither here nor in a pattern is one that nobody looked up. */
const plain = new Set(
  `add all alter and as asc begin between bigint by case coalesce( column commit concat( constraint convert( count( create cross
  current_timestamp default delete desc distinct div drop else end exists false floor( from group having hex( if in index inner insert
  integer into is join key left like limit longtext max( min( not null on or order primary rollback select set start substr( sum(
  table text then transaction true union unique update using utf8mb4 values varchar( when where`.split(/\s+/),
)

/** A statement without its texts and comments, and with its quoted names as their first quote. */
function bare(statement: string): string {
  const words = statement
    .replace(/\/\*(?!M!).*?\*\//gs, ' ')
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/"[^"]*"|`[^`]*`/g, (name) => name[0] ?? '')
  return words.replace(/\s+/g, ' ').trim().toLowerCase()
}

/** A statement with each `cast(… as type)` as `… type`: a type is looked up, and is no name that the statement gives. */
function withoutCasts(text: string): string {
  const start = text.search(/\bcast\(/)
  if (start < 0) return text
  const from = start + 'cast('.length
  let end = from
  for (let depth = 1; depth > 0 && end < text.length; end += 1) {
    if (text[end] === '(') depth += 1
    if (text[end] === ')') depth -= 1
  }
  const inside = text.slice(from, end - 1).replace(/ as ([\w ]+(?:\([\d, ]*\))?)$/, ' $1')
  return withoutCasts(`${text.slice(0, start)}${inside} ${text.slice(end)}`)
}

/** Names that stand in a statement without quotes: those that it gives itself, and `columns`. */
function isNamed(text: string, columns: ReadonlySet<string>): (word: string) => boolean {
  const given = new Set([...text.matchAll(/\bas (\w+)(?: \((\w+)\))?/g)].flatMap(([, name, column]) => [name, column]))
  return (word) => columns.has(word) || given.has(word)
}

/** What a statement uses, and its words that nobody looked up. */
export function readStatement(
  statement: string,
  columns: ReadonlySet<string>,
): { readonly uses: readonly Feature[]; readonly unknown: readonly string[] } {
  const text = withoutCasts(bare(statement))
  const named = isNamed(text, columns)
  const uses: Feature[] = []
  let rest = text
  for (const [feature, { pattern, of }] of rows) {
    if (pattern === null || (of !== undefined && !of.test(text)) || text.search(pattern) < 0) continue
    uses.push(feature)
    rest = rest.replace(pattern, ' ')
  }
  const words = rest.replace(/\w+\.\w+(?!\w*\()/g, ' ').match(/[@a-z_]\w*\(?/g) ?? []
  return { uses, unknown: words.filter((word) => !plain.has(word) && !named(word)) }
}

/** Whether it changes the schema. */
export function changesSchema(statement: string): boolean {
  return /^(create|alter|drop) /.test(bare(statement))
}
