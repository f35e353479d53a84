import { join } from 'node:path'
import type { HostModules } from '../terminal/index.js'

/**
 * Loads the modules of the project in `folder`, and those beside this program where the project does not have one. So a keyring
 * of the project meets its own copies of packages. TypeScript is compiled where the runtime cannot read it.
 */
export function hostModules(folder: string): HostModules {
  // What is compiled is not kept: a configuration may have a secret in it, and the cache is in a folder of all users.
  const options = { tryNative: true, interopDefault: false, fsCache: false }
  const places = [join(folder, 'keywright.config.ts'), import.meta.url]
  const conditions = ['node', 'import', ...conditionsOf(process.execArgv)]
  return {
    load: async (specifier) => {
      const { createJiti } = await import('jiti')
      for (const place of places) {
        const jiti = createJiti(place, options)
        const path = jiti.esmResolve(specifier, { try: true, conditions })
        if (path !== undefined) return jiti.import<Readonly<Record<string, unknown>>>(path)
      }
      return null
    },
  }
}

/** The conditions that Node itself resolves packages with. */
function conditionsOf(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    const [, inline] = /^(?:--conditions|-C)=(.+)$/.exec(flag) ?? []
    return inline ?? (flag === '-C' || flag === '--conditions' ? (flags[index + 1] ?? []) : [])
  })
}
