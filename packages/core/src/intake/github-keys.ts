import { createPublicKey, type KeyObject } from 'node:crypto'
import { InvalidOptions } from '../errors/index.js'
import { isRecord, type MaybePromise, momentNow, msSince, withDeadline } from '../values/index.js'
import { readBytes } from './read-bytes.js'

/** What GitHub answers at `https://api.github.com/meta/public_keys/secret_scanning`: the keys that sign its reports. */
export interface GithubPublicKeys {
  readonly public_keys: readonly { readonly key_identifier: string; readonly key: string }[]
}

/** Where GitHub's keys come from: you pin them, or have them fetched. */
export interface GithubKeySource {
  /** GitHub's answer as it is, pinned; or a function that gives it. Asked once an hour, and for a new key once a minute. */
  readonly publicKeys?: GithubPublicKeys | (() => MaybePromise<GithubPublicKeys>) | undefined
  /** The `fetch` to ask GitHub with, in place of `publicKeys`: nothing is asked over the network without it. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** Gives the key that a report names; `null`: GitHub has none of this name. */
export type FindGithubKey = (id: string) => Promise<KeyObject | null>

const address = 'https://api.github.com/meta/public_keys/secret_scanning'
const hourMs = 3_600_000
const minuteMs = 60_000
const timeoutMs = 5_000
const mostBytes = 65_536

type Keys = ReadonlyMap<string, KeyObject>

/** @throws {@link InvalidOptions} unless there is one source, and for pinned keys that are none. */
export function githubKeys({ publicKeys, fetch }: GithubKeySource): FindGithubKey {
  if ((publicKeys === undefined) === (fetch === undefined)) {
    throw new InvalidOptions('publicKeys', 'the keys of GitHub, or left out where `fetch` is given')
  }
  if (fetch !== undefined) {
    if (typeof fetch !== 'function') throw new InvalidOptions('fetch', 'a function such as globalThis.fetch')
    return loadedKeys(() => fetchKeys(fetch))
  }
  if (typeof publicKeys === 'function') return loadedKeys(publicKeys)
  const pinned = parseKeys(publicKeys)
  return async (id) => pinned.get(id) ?? null
}

/**
 * Keys that are asked for when a report comes: once an hour, so that one which GitHub withdrew is not believed for longer; and for an
 * unknown name at most once a minute, whoever makes names up.
 */
function loadedKeys(ask: () => MaybePromise<GithubPublicKeys>): FindGithubKey {
  let kept: { readonly keys: Keys; readonly at: ReturnType<typeof momentNow> } | null = null
  let asking: Promise<Keys> | null = null
  const load = (): Promise<Keys> => {
    asking ??= withDeadline(async () => parseKeys(await ask()), timeoutMs)
      .then((keys) => {
        kept = { keys, at: momentNow() }
        return keys
      })
      .finally(() => {
        asking = null
      })
    return asking
  }
  return async (id) => {
    if (kept === null || msSince(kept.at) > hourMs) return (await load()).get(id) ?? null
    const key = kept.keys.get(id)
    if (key !== undefined || msSince(kept.at) < minuteMs) return key ?? null
    return (await load()).get(id) ?? null
  }
}

async function fetchKeys(fetch: typeof globalThis.fetch): Promise<GithubPublicKeys> {
  const response = await fetch(address, {
    headers: { Accept: 'application/json', 'User-Agent': 'keywright' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) throw new Error(`GitHub answered ${response.status} when it was asked for its keys.`)
  const bytes = await readBytes(response, mostBytes)
  if (bytes === null) throw new Error(`GitHub answered with more than ${mostBytes} bytes of keys.`)
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as GithubPublicKeys // parseKeys looks at all of it
}

/** @throws {@link InvalidOptions} for what are no keys: another kind of key would verify another kind of signature. */
function parseKeys(given: unknown): Keys {
  const list: unknown = isRecord(given) ? given.public_keys : undefined
  if (!Array.isArray(list) || list.length === 0) {
    throw new InvalidOptions('publicKeys', "GitHub's answer: an object with a list `public_keys`")
  }
  return new Map(
    list.map((entry: unknown, at): [string, KeyObject] => parseKey(entry, `publicKeys.public_keys[${at}]`)),
  )
}

function parseKey(entry: unknown, field: string): [string, KeyObject] {
  const { key_identifier: id, key: pem } = isRecord(entry) ? entry : ({} as Partial<Record<string, unknown>>)
  const key = typeof pem === 'string' ? publicKeyOf(pem) : null
  if (typeof id !== 'string' || !isKeyId(id) || key === null) {
    throw new InvalidOptions(field, '{ key_identifier, key }, with an ECDSA key on P-256 as PEM')
  }
  return [id, key]
}

function publicKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem)
    const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
    return isP256 ? key : null
  } catch {
    return null
  }
}

/** Whether a text may be the name of a key. */
export function isKeyId(text: string): boolean {
  return /^[\x21-\x7e]{1,128}$/.test(text)
}
