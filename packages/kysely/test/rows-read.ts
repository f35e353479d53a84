import { CompiledQuery, type Kysely } from 'kysely'
import { expect } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'

/** What a statement may read. */
export interface Reads {
  /** How many rows or index entries one step of its plan may read. SQLite counts none. */
  readonly most: number
  /** An index that it uses. */
  readonly index: RegExp
  /** Whether it reads nothing but indexes: not looked at on PostgreSQL. @defaultValue false */
  readonly alone?: boolean
}

/** Runs a statement, and expects that it reads no more of our tables than that, and scans none of them. */
export async function expectReads(
  db: Kysely<object>,
  query: CompiledQuery | undefined,
  { most, index, alone = false }: Reads,
): Promise<void> {
  if (query === undefined) expect.unreachable('There was no such statement')
  const { name } = keyDatabase(db, {}).dialect
  const verb = {
    sqlite: 'explain query plan',
    mysql: 'analyze format=json',
    postgres: 'explain (analyze, format json)',
  }
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${verb[name]} ${query.sql}`, [...query.parameters]))
  const [first = {}] = rows as Record<string, unknown>[]
  const [answer] = Object.values(first)
  const plan: unknown = name === 'sqlite' ? rows : typeof answer === 'string' ? JSON.parse(answer) : answer
  const text = JSON.stringify(plan, null, 1)
  expect(text).toMatch(index)
  if (name === 'sqlite') {
    expectIndexes(rows as Step[], alone)
    return
  }
  const steps = stepsOf(plan)
  for (const step of steps) expect(rowsOf(step), text).toBeLessThanOrEqual(most)
  // PostgreSQL reads rows as well while another transaction, of anybody, is older than the last vacuum.
  if (alone && name === 'mysql') expect(text).toMatch(/"using_index": true/)
  expect(text).not.toMatch(/"Node Type": "Seq Scan",[^}]*"Relation Name"|"access_type": "ALL",\s*"key"/)
}

interface Step {
  readonly parent: number
  readonly detail: string
}

/** Of SQLite's plan: every step searches an index, and what it finds is sorted only if it is few, or was searched by time or by status ranges. */
function expectIndexes(steps: readonly Step[], alone: boolean): void {
  const text = steps.map(({ detail }) => detail).join('\n')
  expect(text).not.toMatch(/SCAN \w*api_key\w*(?! USING INDEX sqlite_autoindex)$/m)
  if (alone) for (const { detail } of steps) expect(detail).not.toMatch(/SEARCH \w+ USING INDEX/)
  for (const { parent } of steps.filter(({ detail }) => detail.includes('TEMP B-TREE'))) {
    const sorted = steps.filter((step) => step.parent === parent && /^(SEARCH|SCAN)/.test(step.detail))
    const isSmall = ({ detail }: Step) =>
      /SCAN (page|part|ids|few|placed|next)|\((key_)?id=\?\)|status[<>]\?|_by_time|endpoint_id(=\?|\)) AND created_at>\?|seq=\?/.test(
        detail,
      )
    expect(sorted.filter((step) => !isSmall(step))).toEqual([])
  }
}

/** The steps of a plan that read a table of ours. */
function stepsOf(plan: unknown): Record<string, unknown>[] {
  if (typeof plan !== 'object' || plan === null) return []
  const below = Object.values(plan).flatMap(stepsOf)
  const step = plan as Record<string, unknown> // an object, whose values are not known
  const table = String(step['Relation Name'] ?? step.table_name ?? '')
  return table === '' || table.startsWith('<') ? below : [step, ...below]
}

function rowsOf(step: Record<string, unknown>): number {
  const number = (name: string) => Number(step[name] ?? 0)
  if ('r_rows' in step) return number('r_rows') * number('r_loops')
  return (number('Actual Rows') + number('Rows Removed by Filter')) * number('Actual Loops')
}
