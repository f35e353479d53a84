import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The path of a file that is published with this program. */
export function ownFile(path: string): string {
  // By the package's name: what is published is bundled, so a file does not stand where its source did.
  return join(createRequire(import.meta.url).resolve('keywright/package.json'), '..', path)
}

/** The version of this program, which is that of all packages. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(ownFile('package.json'), 'utf8')) as { version: string } // our own
  return version
}
