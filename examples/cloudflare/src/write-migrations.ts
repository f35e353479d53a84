// Writes the steps of the key tables where "wrangler d1 migrations apply" looks for them. Run it again after an update.
import { mkdir, writeFile } from 'node:fs/promises'
import { migrationSql } from '@keywright/d1'

await mkdir('migrations', { recursive: true })
for (const { name, statements } of migrationSql()) {
  await writeFile(`migrations/${name}.sql`, statements.map((statement) => `${statement};\n`).join(''))
}
