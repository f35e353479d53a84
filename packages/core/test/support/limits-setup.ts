import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testAccess, testKeyring, testOwners } from '@keywright/testkit'
import { formatToken } from '../../src/crypto/format-token.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import type { CreateInput } from '../../src/manage/key-input.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyringEvent } from '../../src/verify/events.js'

export { testAccess as access }

export const owner = testOwners.user

export const hourMs = 3_600_000

/** `testKeyring` by the process's clock, which these tests stand still and move. */
export function openKeyring(options: Partial<KeyringOptions<typeof testAccess>> = {}) {
  const { keyring, events } = testKeyring({ store: memoryStore(), ...options })
  /** A new key that may read members, and the ways to present it. */
  const addKey = async (input: Partial<CreateInput<typeof testAccess>> = {}) => {
    const { key, token } = await keyring.create({ name: 'ci', owner, scopes: ['members.read'], ...input })
    const text = token.reveal()
    return {
      id: key.id,
      token: text,
      verify: (needs: Parameters<typeof keyring.verify>[1] = {}) => keyring.verify(text, needs),
      /** Presents this key's id with a secret that it does not have. */
      guess: (needs: Parameters<typeof keyring.verify>[1] = {}) => keyring.verify(guessAt(key.id), needs),
    }
  }
  const told = (type: KeyringEvent['type']) => events.filter((event) => event.type === type)
  return { keyring, addKey, events, told }
}

/** A well-formed token with a wrong secret. */
export const guessAt = (id: string) => formatToken({ namespace: 'tk_live', id, secret: 'x'.repeat(32) })

/** A promise that a test settles. */
export function gateway() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** What the runtime of this process needs to run a TypeScript file of this folder on the sources. */
export function runArguments(script: string): string[] {
  const [condition, file] = ['--conditions=@keywright/source', join(import.meta.dirname, script)]
  // Deno reads TypeScript by itself, and its Node loaders do not run; our imports say `.js` where the file is `.ts`.
  if ('Deno' in globalThis) return ['run', '--allow-all', '--sloppy-imports', condition, file]
  const tsx = createRequire(join(import.meta.dirname, '../../../../package.json')).resolve('tsx')
  return [condition, '--import', pathToFileURL(tsx).href, file]
}
