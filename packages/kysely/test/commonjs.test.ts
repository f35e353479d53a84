import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'

const root = join(import.meta.dirname, '../../..')

/** What a product in CommonJS writes, such as one of NestJS. For it, Kysely has other types than for an ES module. */
const product = (imports: string) => `
import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import { Pool } from 'pg'

interface Database { users: { id: string } }

export async function start(): Promise<void> {
  ${imports}
  const pool = new Pool()
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: postgresPool(pool) }) })
  const ran: readonly string[] = await migrateToLatest(db, { tablePrefix: 'auth_', dialect: 'postgres' })
  const store: { now(): Promise<Date> } = kyselyStore(db, { tablePrefix: 'auth_' })
  const inTransaction = (trx: Transaction<Database>) => migrateToLatest(trx)
  // @ts-expect-error a pool is no instance of Kysely
  kyselyStore(pool)
  // @ts-expect-error there is none
  kyselyStore()
  void [ran, store, inTransaction]
}
`
const names = '{ kyselyStore, migrateToLatest, postgresPool }'

it.skipIf(!testsEverything).each([
  [
    'NodeNext, which may require an ES module',
    'NodeNext',
    `const ${names} = keywright`,
    "import keywright = require('@keywright/kysely')",
  ],
  ['Node16, which must import it', 'Node16', `const ${names} = await import('@keywright/kysely')`, ''],
])('a program in CommonJS compiles under %s (B11)', (_how, module, inside, outside) => {
  const path = join(root, 'packages/kysely/test/product.cts')
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      isolatedDeclarations: false,
      verbatimModuleSyntax: false,
      erasableSyntaxOnly: false,
      module,
      moduleResolution: module,
    },
    root,
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, getSourceFile } = host
  const text = `${outside}${product(inside)}`
  host.fileExists = (name) => name === path || fileExists(name)
  host.getSourceFile = (name, language, ...rest) =>
    name === path ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...rest)
  const program = ts.createProgram([path], options, host)
  const faults = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
  expect(ts.formatDiagnostics(faults, host)).toBe('')
})
