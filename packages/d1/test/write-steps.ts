// Writes the steps of the schema anew: pnpm --filter @keywright/d1 generate
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrationSql } from '@keywright/kysely'

const steps = migrationSql({ dialect: 'sqlite' })
writeFileSync(join(import.meta.dirname, '../src/migrations/steps.json'), `${JSON.stringify(steps, null, 2)}\n`)
