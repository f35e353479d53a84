import { migrationSql } from '@keywright/kysely'

/** The migrations by the names of their files, for the tool that runs those of your product. */
export function migrationFiles(): Readonly<Record<string, string>> {
  const steps = migrationSql({ dialect: 'postgres', schema: 'auth' })
  return Object.fromEntries(
    steps.map(({ name, statements }) => [`${name}.sql`, statements.map((statement) => `${statement};\n`).join('')]),
  )
}
