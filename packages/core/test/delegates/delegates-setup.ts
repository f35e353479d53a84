import { createHmac, hkdfSync } from 'node:crypto'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'
import { access, open, owner, peppers } from '../support/setup.js'

export { access, owner, peppers }

export const everything: OwnerAuthority = { scopes: ['*', 'billing.manage'], levels: () => 'edit' }

/** A keyring that delegates, with one key of an owner who may do everything, unless `authority` says otherwise. */
export async function openDelegating(options: Parameters<typeof open>[0] = {}) {
  const host: { authority: OwnerAuthority | null } = { authority: everything }
  const opened = open({ resolveOwner: () => host.authority, delegates: { maxDepth: 3 }, ...options })
  const { keyring } = opened
  const { key, token } = await keyring.create({
    name: 'agent',
    owner,
    scopes: ['*', 'billing.manage'],
    resources: { board: { mode: 'all', level: 'edit' } },
  })
  const principalOf = async (text: string) => {
    const verdict = await keyring.verify(text)
    if (!verdict.ok) throw new Error(`refused: ${verdict.refusal.code}`)
    return verdict.principal
  }
  const codeOf = async (text: string, needs: Parameters<typeof keyring.verify>[1] = {}) => {
    const verdict = await keyring.verify(text, needs)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  const parent = token.reveal()
  /** Delegates from the holder of a token. */
  const delegate = async (input: Parameters<typeof keyring.delegate>[1], from: string = parent) => {
    const made = await keyring.delegate(await principalOf(from), input)
    return { ...made, text: made.token.reveal() }
  }
  return { ...opened, host, key, parent, principalOf, codeOf, delegate }
}

// The other implementation, by docs/concepts/delegates.md alone.

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Bytes as base 62: groups of 5 bytes as 7 digits, a rest of 1, 2, 3 or 4 bytes as 2, 3, 5 or 6. */
export function base62Of(bytes: Uint8Array): string {
  const lengths: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 5, 4: 6, 5: 7 }
  const groups = Array.from({ length: Math.ceil(bytes.length / 5) }, (_, at) => bytes.slice(5 * at, 5 * at + 5))
  return groups
    .map((group) => {
      let number = BigInt(`0x${Buffer.from(group).toString('hex')}`)
      const written: string[] = []
      for (let digit = 0; digit < (lengths[group.length] ?? 0); digit += 1) {
        written.unshift(digits[Number(number % 62n)] ?? '')
        number /= 62n
      }
      return written.join('')
    })
    .join('')
}

/** CRC-32 bit by bit, in six digits. */
function checksumOf(text: string): string {
  let crc = 0xffffffff
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  let value = BigInt(~crc >>> 0)
  let written = ''
  for (let digit = 0; digit < 6; digit += 1) {
    written = `${digits[Number(value % 62n)]}${written}`
    value /= 62n
  }
  return written
}

export const keyOf = (pepper: string | Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', Buffer.from(pepper as Uint8Array), '', 'keywright delegate/v1', 32))

const hmac = (key: Uint8Array, text: string): Uint8Array => createHmac('sha256', key).update(text, 'utf8').digest()

export const markOf = (key: Uint8Array, kind: 'epoch' | 'own', keyId: string, hash: string): string =>
  base62Of(hmac(key, `delegate-mark/v1\0${kind}\0${keyId}\0${hash}`).slice(0, 8))

/** Writes a delegated token from its parts, with whatever body. */
export function childOf(key: Uint8Array, start: string, body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const signed = `${start}_${base62Of(Buffer.from(text, 'utf8'))}`
  return withChecksum(signed + base62Of(hmac(key, `delegate-token/v1\0${signed}`)))
}

export const withChecksum = (text: string): string => text + checksumOf(text)
