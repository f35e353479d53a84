import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { memoryStore } from '@keywright/core'
import { checkAPIKey, extractShortToken, generateAPIKey } from 'prefixed-api-key'
import { bareCheck } from '../../test/performance/bare-check.js'
import { createTokens, keyringOver, verifyGood } from '../../test/performance/keyring.js'
import { type Contender, inARow, measure } from '../compare.js'
import { missingRow, type Part, rowOf } from './row.js'

const keyCount = 200
const keypalName = 'keypal, its memory store'

/** Whole verifications with keys in memory, against other libraries and against the least that a safe check does. */
export const memory: Part = async (turns) => {
  const keyring = keyringOver(memoryStore())
  const tokens = await createTokens(keyring, keyCount)
  const bare = bareCheck()
  for (const token of tokens) bare.add(token, ['tasks.read'])
  const byHand = async (token: string): Promise<void> => {
    if ((await bare.check(token))?.scopes.has('tasks.read') !== true) throw new Error('This key is good')
  }
  const theirs = await keypal()
  const [ours, hand, prefixed, other] = await measure(
    [
      { name: 'verify, keys in memory', ...inARow(tokens, (token) => verifyGood(keyring, token)) },
      { name: 'a bare HMAC check: Map, HMAC-SHA-256, constant time', ...inARow(tokens, byHand) },
      await prefixedApiKey(),
      ...(theirs === null ? [] : [theirs]),
    ],
    turns,
  )
  return [
    rowOf(ours, hand, { least: 0.75 }),
    rowOf(ours, prefixed, { above: 1 }),
    rowOf(hand, prefixed, null),
    other === undefined ? missingRow(ours?.name ?? '', keypalName, { above: 1 }) : rowOf(ours, other, { above: 1 }),
  ]
}

/** It brings the hash; the Map is the host's. It knows neither status, expiry nor scopes. */
async function prefixedApiKey(): Promise<Contender> {
  const hashes = new Map<string, string>()
  const tokens: string[] = []
  for (let made = 0; made < keyCount; made += 1) {
    const { token = '', shortToken = '', longTokenHash = '' } = await generateAPIKey({ keyPrefix: 'tb' })
    hashes.set(shortToken, longTokenHash)
    tokens.push(token)
  }
  const verify = async (token: string): Promise<void> => {
    if (!checkAPIKey(token, hashes.get(extractShortToken(token)) ?? '')) throw new Error('This key is good')
  }
  return { name: 'prefixed-api-key, a Map', ...inARow(tokens, verify) }
}

/** The part of keypal that is measured. */
interface Keypal {
  createKeys(options: { readonly prefix: string }): {
    create(key: { readonly ownerId: string; readonly scopes: readonly string[] }): Promise<{ readonly key: string }>
    verify(key: string): Promise<{ readonly valid: boolean; readonly record?: unknown }>
    hasScope(record: unknown, scope: string): boolean
  }
}

/** keypal with its defaults. It is not on npm: `KEYPAL` names a folder in which it was built. */
async function keypal(): Promise<Contender | null> {
  const folder = process.env.KEYPAL
  if (folder === undefined) return null
  const entry = pathToFileURL(join(resolve(folder), 'dist/index.mjs'))
  const { createKeys }: Keypal = await import(entry.href)
  const keys = createKeys({ prefix: 'tb_' })
  const tokens: string[] = []
  for (let made = 0; made < keyCount; made += 1) {
    tokens.push((await keys.create({ ownerId: `u${made}`, scopes: ['tasks.read'] })).key)
  }
  const verify = async (token: string): Promise<void> => {
    const { valid, record } = await keys.verify(token)
    if (!valid || !keys.hasScope(record, 'tasks.read')) throw new Error('This key is good')
  }
  return { name: keypalName, ...inARow(tokens, verify) }
}
