import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newFolder, type RunOptions, runHere, testedEngines } from './support/cli-world.js'

const tokenForm = /^tk_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/
/** The pepper of the configuration in the fixtures. */
const KEYWRIGHT_PEPPER = 'the pepper of these tests, 32 bytes'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Runs the program, which must end well, and gives what it answers as JSON. */
async function ask(line: readonly string[], options: RunOptions, code = 0) {
  const ran = await runHere([...line, '--json'], options)
  expect({ code: ran.code, err: ran.err }).toEqual({ code, err: '' })
  return JSON.parse(ran.out)
}

describe.each(testedEngines())('on $name', ({ open }) => {
  it('a key goes through its life, by the configuration', async () => {
    const { env } = await open()
    await ask(['migrate'], { env })
    const grants = [
      '--scope',
      'tasks.read,tasks.move',
      '--role',
      'mover',
      '--resource',
      'board:b1=edit',
      '--resource',
      'board:b2=read',
    ]
    const more = [
      '--expires',
      '90d',
      '--allow-ip',
      '192.0.2.0/24',
      '--rate-limit',
      '100/1m',
      '--metadata',
      '{"ticket":7}',
      '--tag',
      'production',
      '--tag',
      'Team Blue',
    ]
    const made = await ask(
      ['keys', 'create', 'ci', '--organization', 'acme', '--user', 'ada', ...grants, ...more, '--actor', 'system:cron'],
      { env },
    )
    const { id } = made.key
    expect(made.token).toMatch(tokenForm)
    expect(made.key).toMatchObject({
      name: 'ci',
      owner: { type: 'user', id: 'ada', organizationId: 'acme' },
      createdBy: { type: 'system', id: 'cron' },
      grants: {
        scopes: ['tasks.read', 'tasks.move'],
        roles: ['mover'],
        resources: { board: { mode: 'specific', levels: { b1: 'edit', b2: 'read' } } },
      },
      ipAllowList: ['192.0.2.0/24'],
      rateLimits: [{ limit: 100, windowMs: 60_000 }],
      metadata: { ticket: 7 },
      tags: ['production', 'Team Blue'],
    })
    expect(new Date(made.key.expiresAt).getTime() - new Date(made.key.createdAt).getTime()).toBeLessThanOrEqual(
      90 * 86_400_000,
    )

    expect(
      (await ask(['keys', 'list', '--organization', 'acme', '--status', 'active,disabled'], { env })).keys,
    ).toMatchObject([{ id }])
    expect((await ask(['keys', 'list', '--organization', 'other'], { env })).keys).toEqual([])
    const byTag = async (...tags: string[]) => {
      const listed = ['keys', 'list', '--organization', 'acme', ...tags.flatMap((tag) => ['--tag', tag])]
      return (await ask(listed, { env })).keys.map((key: { readonly id: string }) => key.id)
    }
    expect([await byTag('PRODUCTION', 'team blue'), await byTag('production,team')]).toEqual([[id], []])
    const table = await runHere(['keys', 'list', '--organization', 'acme', '--search', 'blu'], { env })
    expect(table.out).toMatch(/^ID .* TAGS +CREATED.*\n.* production, Team Blue /)
    expect((await ask(['keys', 'show', id], { env })).key).toMatchObject({ id, version: 1, lastUsedAt: null })

    const verify = (token: string, options: readonly string[] = [], code = 0) =>
      ask(['verify', '--ip', '192.0.2.7', ...options], { env, input: `${token}\n` }, code)
    expect(await verify(made.token, ['--scope', 'tasks.read'])).toMatchObject({
      ok: true,
      key: { id },
      scopes: ['tasks.read', 'tasks.move'],
    })
    expect(await verify(made.token, ['--scope', 'members.read'], 1)).toMatchObject({
      ok: false,
      refusal: { code: 'insufficient_scope', missing: ['members.read'] },
    })
    expect(await ask(['verify'], { env, input: made.token }, 1)).toMatchObject({
      refusal: { code: 'api_key_not_allowed_here' },
    })
    expect(await verify(`${made.token}x`, [], 1)).toMatchObject({ refusal: { code: 'api_key_invalid' } })
    expect((await ask(['stats', '--organization', 'acme'], { env })).callsLast24h).toBe(0)

    const updated = await ask(['keys', 'update', id, '--name', 'nightly', '--scope', 'tasks.read'], { env })
    const untagged = await ask(['keys', 'update', id, '--no-tags'], { env })
    expect([updated.key.tags, untagged.key.tags]).toEqual([['production', 'Team Blue'], []])
    const both = await runHere(['keys', 'update', id, '--no-tags', '--tag', 'a'], { env })
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('leave out --tag')])
    expect(updated.key).toMatchObject({ name: 'nightly', grants: { scopes: ['tasks.read'], roles: ['mover'] } })

    const rotated = await ask(['keys', 'rotate', id, '--grace', '1h', '--yes'], { env })
    expect(rotated.token).toMatch(tokenForm)
    expect(await verify(made.token)).toMatchObject({ ok: true, token: 'previous' })
    expect(await verify(rotated.token)).toMatchObject({ ok: true, token: 'current' })

    expect(await ask(['keys', 'disable', id, '--dry-run'], { env })).toMatchObject({
      dryRun: true,
      changed: false,
      key: { status: 'disabled' },
    })
    expect(await ask(['keys', 'disable', id, '--reason', 'seen in a log', '--yes'], { env })).toMatchObject({
      changed: true,
      key: { status: 'disabled', disabledReason: 'seen in a log' },
    })
    expect(await verify(rotated.token, [], 1)).toMatchObject({ refusal: { code: 'api_key_disabled' } })
    expect(await ask(['keys', 'disable', id, '--yes'], { env })).toMatchObject({ changed: false })
    expect(await ask(['keys', 'enable', id], { env })).toMatchObject({ changed: true, key: { status: 'active' } })
    expect(await ask(['keys', 'revoke', id, '--at', '2999-01-01', '--yes'], { env })).toMatchObject({ changed: false })
    expect(await ask(['keys', 'revoke', id, '--reason', 'leaked', '--yes'], { env })).toMatchObject({
      key: { status: 'revoked', revokedReason: 'leaked' },
    })
    expect(await ask(['keys', 'delete', id, '--yes'], { env })).toEqual({ deleted: id })
    expect(await ask(['stats', '--organization', 'acme'], { env })).toMatchObject({
      totalCreated: 1,
      active: 0,
      revoked: 0,
    })

    const log = await ask(['audit', 'list', '--organization', 'acme'], { env })
    const types = log.records.map(({ type }: { type: string }) => type)
    expect(types[0]).toBe('api_key.deleted')
    expect(types.at(-1)).toBe('api_key.created')
    // By `actor` of the configuration, where the command line names none.
    expect(log.records[0].actor).toEqual({ type: 'user', id: 'operator' })
  })

  it('a database alone is enough to read keys and to end them, and says what it is not enough for', async () => {
    const { env, options } = await open()
    const folder = newFolder()
    await ask(['migrate'], { env })
    const { key, token } = await ask(['keys', 'create', 'ci', '--organization', 'acme', '--scope', 'tasks.read'], {
      env,
    })
    const alone = { folder, env: {} }
    const withPepper = { folder, env: { KEYWRIGHT_PEPPER } }
    expect((await ask(['keys', 'list', ...options], alone)).keys).toMatchObject([{ id: key.id }])
    expect((await ask(['keys', 'show', key.id, ...options], alone)).key).toMatchObject({ name: 'ci' })
    const verify = ['verify', ...options, '--prefix', 'tk', '--environment', 'live']
    expect(await ask(verify, { ...withPepper, input: token })).toMatchObject({ ok: true, key: { id: key.id } })
    const longer = await ask([...verify, '--secret-length', '40'], { ...withPepper, input: token }, 1)
    expect(longer.refusal).toMatchObject({ code: 'api_key_invalid', keyId: null })
    // A wrong pepper is noticed, because the right one was used before.
    const wrong = { KEYWRIGHT_PEPPER: KEYWRIGHT_PEPPER.toUpperCase() }
    expect(await ask(verify, { folder, env: wrong, input: token }, 3)).toMatchObject({
      refusal: { code: 'auth_unavailable' },
    })
    // One of another name leaves nothing behind that the product would be measured by.
    await ask(verify, { folder, env: { ...wrong, KEYWRIGHT_PEPPER_ID: 'p2' }, input: token }, 3)
    // Nor does it renew the hash of a key that came from elsewhere, which the product could not read then.
    const old = 'acme_k3yTh4tWasM4deElsewh3re0123456789abcd'
    const row = JSON.stringify({ name: 'old', organization: 'acme', hash: sha256(old), entropyBits: 190 })
    const holders = ['--holders', 'organization']
    await ask(['import', '-', '--form', 'jsonl', '--from', 'table', ...holders], { env, input: row })
    const other = { folder, env: { ...wrong, KEYWRIGHT_PEPPER_ID: 'p3' } }
    expect(await ask(verify, { ...other, input: old })).toMatchObject({ ok: true, key: { name: 'old' } })
    const another = { KEYWRIGHT_PEPPER: `another ${KEYWRIGHT_PEPPER}`, KEYWRIGHT_PEPPER_ID: 'p3' }
    expect(await ask(verify, { folder, env: another, input: old })).toMatchObject({ ok: true })
    expect(await ask(['verify'], { env, input: old })).toMatchObject({ ok: true, key: { name: 'old' } })
    expect(await ask(['doctor'], { env })).toEqual({ findings: [], unexamined: [] })

    expect(await ask(['doctor', ...options], alone)).toMatchObject({
      findings: [],
      unexamined: expect.arrayContaining(['wrong_pepper']),
    })
    for (const line of [
      ['keys', 'create', 'b', '--organization', 'acme'],
      ['keys', 'update', key.id, '--name', 'b'],
      ['keys', 'rotate', key.id, '--yes'],
    ]) {
      const refused = await runHere([...line, ...options], alone)
      expect(refused).toMatchObject({
        code: 4,
        out: '',
        err: expect.stringMatching(/^This needs a keywright\.config\.ts: .* \(no_config\)\n$/),
      })
    }
    expect(await runHere(verify, { ...alone, input: token })).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^KEYWRIGHT_PEPPER is missing/),
    })

    // An unsigned record could break a log whose product signs the next one: nothing here says that it does not.
    for (const line of [
      ['keys', 'disable', key.id, '--yes'],
      ['audit', 'export', '--organization', 'acme'],
      ['audit', 'export', '--organization', 'none'],
    ])
      expect(await runHere([...line, ...options], alone)).toMatchObject({
        code: 4,
        out: '',
        err: expect.stringContaining('if it has none, add --without-audit-keys'),
      })
    expect(await runHere(['keys', 'enable', key.id, '--without-audit-keys'], { env })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--without-audit-keys goes with --database-url/),
    })
    const plain = [...options, '--without-audit-keys']
    expect(await ask(['keys', 'disable', key.id, '--yes', ...plain], alone)).toMatchObject({
      key: { status: 'disabled' },
    })
    expect(await ask(['keys', 'enable', key.id, ...plain], alone)).toMatchObject({ key: { status: 'active' } })
    expect(await ask(['keys', 'revoke', key.id, '--yes', ...plain], alone)).toMatchObject({
      key: { status: 'revoked' },
    })
    expect(await ask(['keys', 'delete', key.id, '--yes', ...plain], alone)).toEqual({ deleted: key.id })
    expect(await ask(['audit', 'verify', '--organization', 'acme'], { env })).toMatchObject({
      ok: true,
      checkpoint: { seq: 6 },
    })
  })

  it('a database alone signs a log as the product does, or leaves it alone', async () => {
    const { env, options } = await open()
    const TEST_AUDIT_KEY = 'the audit key of these tests, 32 bytes'
    const signed = { env: { ...env, TEST_AUDIT_KEY } }
    await ask(['migrate'], signed)
    const { key } = await ask(['keys', 'create', 'ci', '--organization', 'acme', '--scope', 'tasks.read'], signed)
    const folder = newFolder()
    const disable = ['keys', 'disable', key.id, '--yes', ...options]
    for (const wrong of [
      {},
      { KEYWRIGHT_AUDIT_KEY: TEST_AUDIT_KEY, KEYWRIGHT_AUDIT_KEY_ID: 'a2' },
      { KEYWRIGHT_AUDIT_KEY: TEST_AUDIT_KEY.toUpperCase() },
    ]) {
      const refused = await runHere(disable, { folder, env: wrong })
      expect(refused).toMatchObject({
        code: 4,
        out: '',
        err: expect.stringMatching(/^The audit log of this organization is signed with the key a1, /),
      })
      expect(
        await runHere(['audit', 'export', '--organization', 'acme', ...options], { folder, env: wrong }),
      ).toMatchObject({ code: 4, out: '' })
    }
    const right = { folder, env: { KEYWRIGHT_AUDIT_KEY: TEST_AUDIT_KEY } }
    expect(await ask(disable, right)).toMatchObject({ key: { status: 'disabled' } })
    expect(await ask(['keys', 'enable', key.id, ...options], right)).toMatchObject({ key: { status: 'active' } })
    expect(await ask(['audit', 'verify', '--organization', 'acme'], signed)).toMatchObject({
      ok: true,
      checkpoint: { seq: 3 },
    })
    // Nor does one that has a key sign a log that has none.
    await ask(['keys', 'create', 'ci', '--organization', 'plain', '--scope', 'tasks.read'], { env })
    const [plain] = (await ask(['keys', 'list', '--organization', 'plain'], { env })).keys
    expect(await runHere(['keys', 'disable', plain.id, '--yes', ...options], right)).toMatchObject({
      code: 4,
      err: expect.stringContaining('signed with no key'),
    })
    // Unless the product says that the log began without one.
    const late = { folder, env: { ...right.env, KEYWRIGHT_AUDIT_PLAIN_UNTIL: '2999-01-01' } }
    expect(await ask(['keys', 'disable', plain.id, '--yes', ...options], late)).toMatchObject({ changed: true })
    expect(await ask(['audit', 'verify', '--organization', 'plain', ...options], late)).toMatchObject({ ok: true })
    const [last] = (await ask(['audit', 'list', '--organization', 'plain'], { env })).records
    expect(last).toMatchObject({ type: 'api_key.disabled', auditKeyId: 'a1' })
    const misspelt = { folder, env: { ...right.env, KEYWRIGHT_AUDIT_PLAIN_UNTIL: '2027-02-31' } }
    expect(await runHere(['keys', 'enable', plain.id, ...options], misspelt)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^KEYWRIGHT_AUDIT_PLAIN_UNTIL must be a date/),
    })
  })

  it('a log is exported to a file and checked there, without the database', async () => {
    const { env } = await open()
    const folder = newFolder()
    const config = ['--config', join(import.meta.dirname, 'fixtures/keywright.config.ts')]
    await ask(['migrate'], { env })
    for (const name of ['a', 'b', 'c'])
      await ask(['keys', 'create', name, '--organization', 'acme', '--scope', 'tasks.read'], { env })
    const first = await ask(['audit', 'verify', '--organization', 'acme'], { env })
    expect(first).toMatchObject({ ok: true, complete: true, checkpoint: { seq: 3 } })
    writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify(first))

    const exporting = ['audit', 'export', '--organization', 'acme', ...config]
    expect(await ask([...exporting, '--output', 'acme.jsonl'], { env, folder })).toEqual({
      file: 'acme.jsonl',
      records: 4,
    })
    expect(await runHere([...exporting, '--output', 'acme.jsonl'], { env, folder })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^The file of --output is there already/),
    })
    expect(readdirSync(folder).sort()).toEqual(['acme.jsonl', 'checkpoint.json'])
    const written = readFileSync(join(folder, 'acme.jsonl'), 'utf8')
    expect(
      await ask(['audit', 'verify', '--file', 'acme.jsonl', '--checkpoint', 'checkpoint.json'], { folder }),
    ).toMatchObject({ ok: true, checkpoint: { seq: 4 } })
    expect(await ask(['audit', 'verify', '--file', '-'], { folder, input: written })).toMatchObject({
      ok: true,
      checkpoint: { seq: 4 },
    })
    const streamed = await runHere(['audit', 'export', '--organization', 'acme', '--format', 'csv'], { env })
    expect(streamed).toMatchObject({ code: 0, err: '' })
    expect(streamed.out.trimEnd().split('\r\n')).toHaveLength(6)

    const altered = written.replace('"name":"b"', '"name":"x"')
    expect(altered).not.toBe(written)
    expect(await ask(['audit', 'verify', '--file', '-'], { folder, input: altered }, 1)).toEqual({
      ok: false,
      problem: 'altered',
      seq: 2,
    })
    const cut = written.split('\n').slice(0, 2).join('\n')
    expect(
      await runHere(['audit', 'verify', '--file', '-', '--checkpoint', 'checkpoint.json'], { folder, input: cut }),
    ).toEqual({
      code: 1,
      out: 'The log is truncated: record 2 is the last one, and others were after it.\n',
      err: '',
    })
    expect(await runHere(['audit', 'verify', '--file', 'nowhere.jsonl'], { folder })).toMatchObject({
      code: 2,
      out: '',
    })
  })
})
