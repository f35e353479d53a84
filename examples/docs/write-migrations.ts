import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationSql } from '@keywright/kysely'

/** The steps as one custom migration of Drizzle, whose statements have this line between them. */
export function drizzleMigration(): string {
  const steps = migrationSql({ dialect: 'postgres', schema: 'auth' })
  return ['create schema auth', ...steps.flatMap(({ statements }) => statements)]
    .map((statement) => `${statement};\n`)
    .join('--> statement-breakpoint\n')
}

/** Writes the steps as one migration of Prisma, and returns the name of its folder. */
export async function writePrismaMigration(migrations: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const name = `${stamp}_keywright`
  const steps = migrationSql({ dialect: 'postgres', schema: 'auth' })
  const statements = ['create schema auth', ...steps.flatMap((step) => step.statements)]
  await mkdir(join(migrations, name))
  await writeFile(join(migrations, name, 'migration.sql'), statements.map((statement) => `${statement};\n`).join(''))
  return name
}
