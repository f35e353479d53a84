import { migrationSql } from '../../src/index.js'
import { type Feature, readStatement } from './features.js'
import type { Manual } from './manuals.js'

const made = migrationSql({ dialect: 'postgres' }).flatMap(({ statements }) => statements)
/** The names of our columns and tables, which some statements have without quotes. */
const columns = new Set([...made.join(' ').matchAll(/"(\w+)"/g)].map(([, name = '']) => name))

/** What a statement uses that an engine's manual does not say it has. */
export function refusedBy({ answers }: Manual, statement: string): readonly Feature[] {
  return readStatement(statement, columns).uses.filter((feature) => answers[feature].has !== true)
}

/** The words of a statement that nobody looked up, each with the statement. */
export function unknownWords(statement: string): readonly string[] {
  return readStatement(statement, columns).unknown.map((word) => `${word} in ${statement}`)
}
