import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Grants } from '../../src/values/grants.js'
import { createToken, openKeyring } from './board-product.js'

interface Row {
  readonly n: number
  readonly mode: string
  readonly level?: string
  readonly grants?: Readonly<Record<string, string>>
  readonly board: string
  readonly user: Readonly<Record<string, string>>
  readonly member?: false
  readonly userActive?: false
  readonly status?: 'disabled' | 'revoked' | 'expired'
  readonly effective: string
  readonly read: boolean
  readonly write: boolean
  readonly note: string
}

// Read as text: as a module, the `__proto__` of C30 would set a prototype in place of a property.
const path = new URL('../vectors/capping.json', import.meta.url)
const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly Row[] // the shape of our own file

const corrupt = [31, 33]
const dead = { disabled: 'api_key_disabled', revoked: 'api_key_revoked', expired: 'api_key_expired' } as const

const grantOf = (row: Row): unknown =>
  row.mode === 'specific' ? { mode: row.mode, levels: row.grants } : { mode: row.mode, level: row.level }

const expectedRefusal = (row: Row): string | null => {
  if (row.status !== undefined) return dead[row.status]
  return row.member === false || row.userActive === false ? 'owner_inactive' : null
}

/** The key of a row, in a keyring whose owner is as the row says. */
async function issue(row: Row, levels: Row['user'] | ((type: string, id: string) => unknown)) {
  const isActive = row.member !== false && row.userActive !== false
  const authority = { scopes: ['*'], levels: typeof levels === 'function' ? levels : { board: levels } }
  const { keyring, store, clock } = openKeyring(isActive ? authority : null)
  const resources = { board: grantOf(row) } as Grants['resources'] // the corrupt rows are no grants, on purpose
  const expiresAt = row.status === 'expired' ? new Date(clock.at + 1) : null
  const isCorrupt = corrupt.includes(row.n)
  const { id, token } = await createToken(keyring, {
    expiresAt,
    ...(isCorrupt ? {} : { resources: resources as never }),
  })
  if (isCorrupt) {
    const grants = { scopes: [], roles: [], resources }
    await store.change(id, { quota: null, decide: () => ({ write: { grants }, audit: [] }) })
  }
  if (row.status === 'disabled') await keyring.disable(id)
  if (row.status === 'revoked') await keyring.revoke(id)
  if (row.status === 'expired') clock.at += 1
  return { keyring, token }
}

describe.each<[string, (row: Row) => Parameters<typeof issue>[1]]>([
  ['a table', (row) => row.user],
  ['a function', (row) => (_, id) => (Object.hasOwn(row.user, id) ? row.user[id] : undefined)],
])('the effective level, with the levels of the owner as %s', (_, levelsOf) => {
  it.each(rows)('C$n: the key has $effective on $board $note', async (row) => {
    const { keyring, token } = await issue(row, levelsOf(row))
    const resource = { type: 'board', id: row.board } as const
    const verdict = await keyring.verify(token)
    expect(verdict.ok ? null : verdict.refusal.code).toBe(expectedRefusal(row))
    if (verdict.ok) {
      const { principal } = verdict
      expect((await principal.levelOn('board', row.board)) ?? 'none').toBe(row.effective)
      expect(await principal.allowsOn('tasks.read', resource)).toBe(row.read)
      expect(await principal.allowsOn('tasks.create', resource)).toBe(row.write)
    }
    expect((await keyring.verify(token, { scopes: ['tasks.read'], resource })).ok).toBe(row.read)
    expect((await keyring.verify(token, { scopes: ['tasks.read', 'tasks.create'], resource })).ok).toBe(row.write)
  })
})

describe('the table of effective levels', () => {
  it('has its 33 rows', () => {
    expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 33 }, (_, index) => index + 1))
  })

  it.each(rows.filter((row) => corrupt.includes(row.n)))('C$n: create refuses a corrupt grant', async (row) => {
    const { keyring } = openKeyring({ scopes: ['*'] })
    const resources = { board: grantOf(row) } as never // no grant, on purpose
    await expect(createToken(keyring, { resources })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
