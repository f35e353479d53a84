import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Files that are mutated together, and the tests that must notice. Paths are those of the repository. */
export interface Group {
  readonly mutate: readonly string[]
  /** The tests of these files, and of what is built on them where that is what holds a rule. The quickest first. */
  readonly tests: readonly string[]
}

const core = 'packages/core'

/** The files of a folder of core. @param names - Those that are meant; none: all of them. */
function filesOf(room: string, names: readonly string[]): string[] {
  const there = readdirSync(join(import.meta.dirname, '../..', core, room))
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .map((name) => name.slice(0, -'.ts'.length))
  const missing = names.filter((name) => !there.includes(name))
  if (missing.length > 0) throw new Error(`${core}/${room} has no ${missing.join(', ')}`)
  return (names.length === 0 ? there : names).map((name) => `${core}/${room}/${name}.ts`)
}

/** Files of a room; all, if none is named. */
const code = (room: string, ...names: readonly string[]) => filesOf(`src/${room}`, names)
/** Test files of a room. */
const tests = (room: string, ...names: readonly string[]) =>
  filesOf(
    `test/${room}`,
    names.map((name) => `${name}.test`),
  )
/** What is told to callers whose arguments are wrong. */
const messages = `${core}/test/messages.test.ts`

/** What decides whether a token is right, and what its key may do. Tests that try something 100,000 times are not among them. */
export const groups: Readonly<Record<string, Group>> = {
  token: {
    mutate: [
      ...code('crypto', 'base62', 'crc32', 'former-format', 'format-token', 'namespace'),
      ...code('crypto', 'random', 'recognize-token', 'secret', 'token'),
    ],
    tests: tests('crypto', 'recognize-token', 'former-format', 'random', 'secret', 'token'),
  },
  hash: {
    mutate: [
      ...code('crypto', 'base64', 'digest-hasher', 'hasher', 'hmac-sha256', 'import-digest', 'import-options'),
      ...code('crypto', 'lookup-digest', 'phc', 'same-bytes', 'sha256', 'sha256-digest'),
    ],
    tests: tests('crypto', 'import-options', 'import-digest', 'phc', 'hasher.alone', 'base64'),
  },
  scope: {
    mutate: code('scope'),
    tests: [...tests('scope', 'vectors', 'refusals', 'untrusted-input', 'implications', 'laws')],
  },
  credential: {
    mutate: code('credential'),
    tests: [...tests('credential', 'header-syntax', 'key-headers'), ...tests('http', 'read-credential')],
  },
  access: {
    mutate: code('access'),
    tests: [
      ...tests(
        'access',
        'parse-required-scopes',
        'define-access',
        'refusals',
        'rights',
        'capping',
        'principal',
        'cost',
      ),
      ...tests('manage', 'departed-names'),
      messages,
    ],
  },
  verify: {
    mutate: [...code('verify'), ...code('rates'), ...code('requests'), ...code('plans')],
    tests: [
      ...tests(
        'verify',
        'resolve-owner',
        'report',
        'refusals',
        'verify',
        'ip-allow-list',
        'request-limits',
        'shared-limits',
      ),
      ...tests('verify', 'request-order', 'attempts', 'failed-attempts', 'faults', 'rehash'),
      ...tests('manage', 'import', 'plan-limits', 'rotate'),
      messages,
    ],
  },
  limits: {
    mutate: code('limits'),
    tests: [
      ...tests('limits', 'refusals', 'lru-list', 'parse-rate-limits', 'window-counts'),
      ...tests('limits', 'memory-failure-limiter', 'memory-rate-limiter'),
      ...tests('verify', 'attempts', 'failed-attempts'),
    ],
  },
}
