import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const tsx = createRequire(join(import.meta.dirname, '../../../package.json')).resolve('tsx')

/** What makes Node run a script on the source of all packages. */
export const sourceArguments: readonly string[] = [
  '--conditions=@keywright/source',
  '--import',
  pathToFileURL(tsx).href,
]
