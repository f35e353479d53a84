import { readFileSync } from 'node:fs'

/** The version of this program. `src` and `dist` stand beside each other. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  } // our own
  return version
}
