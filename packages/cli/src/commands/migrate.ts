import type * as KeywrightKysely from '@keywright/kysely'
import { command } from '../arguments/index.js'
import { needed, placeOptions, runMigrations } from '../host/index.js'
import { answer, answerJson, exitCode, usageFailure, withProgress } from '../terminal/index.js'

const forms = ['sql', 'drizzle', 'prisma'] as const
const dialects = ['postgres', 'mysql', 'sqlite'] as const
const without = ({
  'no-triggers': noTriggers,
  'no-collations': noCollations,
}: Record<'no-triggers' | 'no-collations', boolean>) => ({
  ...(noTriggers ? { triggers: false as const } : {}),
  ...(noCollations ? { collations: false as const } : {}),
})

/** `keywright migrate` */
export const migrate = command({
  name: 'migrate',
  summary: 'Create the tables, or bring them up to date; or print the SQL that does.',
  details:
    'Run it at each deployment, before the new version starts. Several may run at once.\nWith --print nothing is run: the text is for the migrations of another tool.',
  options: {
    ...placeOptions,
    'no-triggers': { type: 'flag', summary: 'Make the audit table without triggers, where an engine has none.' },
    'no-collations': { type: 'flag', summary: 'Leave collations out, for engines such as CockroachDB.' },
    print: { type: 'text', value: 'form', summary: 'Print the migrations in place of running them.', choices: forms },
    dialect: { type: 'text', value: 'name', summary: 'What --print writes.', choices: dialects },
    after: { type: 'text', value: 'migration', summary: 'Print only what comes after this migration.' },
  },
  examples: [
    'migrate',
    'migrate --database-url sqlite:./keys.db',
    'migrate --print sql --dialect postgres --schema auth > keywright.sql',
    'migrate --print drizzle --dialect sqlite --after 0023-count-webhooks',
  ],
  run: async (given, io) => {
    const { print, dialect, after, json } = given
    if (print !== undefined) {
      const { migrationSql } = await needed<typeof KeywrightKysely>(io.modules, '@keywright/kysely')
      const named = dialects.find((name) => name === dialect)
      if (named === undefined) throw usageFailure(`--print needs --dialect: one of ${dialects.join(', ')}.`)
      const { 'table-prefix': tablePrefix, schema } = given
      const steps = migrationSql({ dialect: named, tablePrefix, schema, ...without(given) })
      const chosen = steps.slice(after === undefined ? 0 : placeAfter(after, steps))
      if (json) await answerJson(io, { migrations: chosen })
      else await answer(io, chosen.map((step) => textOf(step, print)).join('\n'))
      return exitCode.ok
    }
    if (dialect !== undefined || after !== undefined) throw usageFailure('--dialect and --after go with --print.')
    const ran = await withProgress(io, 'Running the migrations', () => runMigrations(io, given, without(given)))
    if (json) await answerJson(io, { ran })
    else await answer(io, ran.length === 0 ? 'The tables were up to date.' : `Ran ${ran.join(', ')}.`)
    return exitCode.ok
  },
})

function placeAfter(name: string, steps: readonly KeywrightKysely.MigrationStep[]): number {
  const at = steps.findIndex((step) => step.name === name)
  if (at === -1) throw usageFailure('--after must be the name of a migration, such as 0001-create-key-tables.')
  return at + 1
}

/** Drizzle runs each statement by itself, and looks for this line between them. Prisma runs the file as it is. */
function textOf({ name, statements }: KeywrightKysely.MigrationStep, form: string): string {
  const between = form === 'drizzle' ? '--> statement-breakpoint\n' : ''
  return `-- ${name}\n${statements.map((statement) => `${statement};\n`).join(between)}`
}
