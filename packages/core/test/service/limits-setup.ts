import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineAccess } from '../../src/access/index.js'
import { hmacSha256 } from '../../src/crypto/index.js'
import { formatToken } from '../../src/crypto/token-index.js'
import { type CreateInput, createKeyring, type KeyringEvent, type KeyringOptions } from '../../src/service/index.js'
import { memoryStore } from '../../src/store/memory-index.js'

export const access = defineAccess({ scopes: { 'members.read': 'View members', 'members.invite': 'Invite members' } })

export const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const

export const hourMs = 3_600_000

type Options = Partial<KeyringOptions<typeof access>>

/** A keyring as a product has it. */
export function openKeyring(options: Options = {}) {
  const events: KeyringEvent[] = []
  const keyring = createKeyring({
    prefix: 'tk',
    environment: 'live',
    access,
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'a pepper of 32 bytes, for tests.' } }),
    resolveOwner: () => ({ scopes: ['*'] }),
    onEvent: (event) => events.push(event),
    ...options,
  })
  /** A new key that may read members, and the ways to present it. */
  const addKey = async (input: Partial<CreateInput<typeof access>> = {}) => {
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
