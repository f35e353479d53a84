// Writes the types of the management API, as `app/client/schema.ts` imports them: `pnpm generate`.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSchema } from './generate-schema.js'

await writeFile(join(import.meta.dirname, 'app/client/schema.ts'), await generateSchema())
