import type { Refusal } from '@keywright/core'
import { describe, expect, it } from 'vitest'
import { input } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'

const jsonColumns = ['scopes', 'roles', 'resources', 'metadata', 'ip_allow_list', 'rate_limits', 'binding']
const textColumns = ['environment', 'preview', 'name', 'description', 'preset', 'revoked_reason', 'sealed']
const instantColumns = ['expires_at', 'created_at', 'updated_at', 'disabled_at', 'revoked_at', 'last_used_at']
const corruptions = [
  ...pairs(jsonColumns, [`'{'`, `''`, `'7'`, `x'00'`]),
  ...pairs(textColumns, [`x'00'`]),
  ...pairs(instantColumns, [`'soon'`, `x'00'`, '9e15', '9223372036854775807']),
]

function pairs(columns: readonly string[], values: readonly string[]): [column: string, value: string][] {
  return columns.flatMap((column) => values.map((value): [string, string] => [column, value]))
}

/** Two keys, one of them with `column` overwritten by the SQL expression `value`. */
async function withCorrupt(column: string, value: string) {
  const host = await keyringOnFile()
  const bad = await host.keyring.create(input)
  const good = await host.keyring.create(input)
  const { changes } = host.raw.prepare(`update api_keys set ${column} = ${value} where id = ?`).run(bad.key.id)
  expect(changes).toBe(1)
  const verify = async (token: typeof bad.token): Promise<Refusal['code'] | 'ok'> => {
    const verdict = await host.keyring.verify(token.reveal(), { scopes: ['members.read'] })
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  return { ...host, bad, good, verify }
}

describe('a corrupt row (FI-25)', () => {
  it.each([
    ['hash', `'not a PHC string'`, 'auth_unavailable'],
    ['hash', `'$hmac-sha256$v=1$k=p9$AAAA$AAAA'`, 'auth_unavailable'],
    ['hash', 'null', 'auth_unavailable'],
    ['hash', `x'00ff'`, 'auth_unavailable'],
    ['status', `'Active'`, 'api_key_disabled'],
    ['status', `''`, 'api_key_disabled'],
    ['status', '1', 'api_key_disabled'],
    ['expires_at', `'NaN'`, 'api_key_expired'],
    ['expires_at', `'2999-01-01'`, 'api_key_expired'],
    ['expires_at', `''`, 'api_key_expired'],
    ['expires_at', '9e999', 'api_key_expired'],
    ['owner_type', `'team'`, 'insufficient_scope'],
    ['owner_type', `'organization'`, 'insufficient_scope'],
    ['created_by_type', `'robot'`, 'insufficient_scope'],
    ['disabled_by_type', `'user'`, 'insufficient_scope'],
    ['disabled_by_id', `'u1'`, 'insufficient_scope'],
    ['locked', `'maybe'`, 'insufficient_scope'],
    ['locked', '2', 'insufficient_scope'],
    ['locked', `x'00'`, 'insufficient_scope'],
    ['environment', 'null', 'api_key_invalid'],
    ['scopes', 'null', 'insufficient_scope'],
    ['scopes', `'"*"'`, 'insufficient_scope'],
    ['scopes', `'[["*"]]'`, 'insufficient_scope'],
    ['resources', `'{"board":{"mode":"all"}}'`, 'insufficient_scope'],
    ['resources', 'null', 'insufficient_scope'],
    ['resources', `'[]'`, 'insufficient_scope'],
    ['ip_allow_list', `'{}'`, 'insufficient_scope'],
    ['binding', `'{"type":"dpop","jkt":""}'`, 'insufficient_scope'],
    ['rate_limits', `'[{"limit":0,"windowMs":1000}]'`, 'insufficient_scope'],
    ['version', `'many'`, 'insufficient_scope'],
  ] as const)('with %s = %s is refused with %s', async (column, value, code) => {
    const { keyring, verify, bad } = await withCorrupt(column, value)
    expect(await verify(bad.token)).toBe(code)
    expect((await keyring.list()).keys.map(({ id }) => id)).toContain(bad.key.id)
  })

  it.each(corruptions)(
    'with %s = %s is refused, can still be revoked, and affects no other key',
    async (column, value) => {
      const { keyring, events, verify, bad, good } = await withCorrupt(column, value)
      const code = await verify(bad.token)
      expect(code).toMatch(/^(insufficient_scope|api_key_(expired|invalid))$/)
      if (code === 'insufficient_scope') {
        expect(events).toContainEqual(
          expect.objectContaining({ type: 'api_key.damaged', keyId: bad.key.id, fields: [expect.any(String)] }),
        )
      }
      expect(await verify(good.token)).toBe('ok')
      expect((await keyring.get(bad.key.id))?.id).toBe(bad.key.id)
      expect((await keyring.list()).keys.map(({ id }) => id).sort()).toEqual([bad.key.id, good.key.id].sort())
      expect((await keyring.list({ owner: input.owner, limit: 1 })).keys).toHaveLength(1)

      expect((await keyring.revoke(bad.key.id)).status).toBe('revoked')
      expect(await verify(bad.token)).toBe('api_key_revoked')
    },
  )
})
