import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { migratedSqlite, newFolder, type RunOptions, runHere, type TestDatabase } from './support/cli-world.js'

const token = 'acme_k3yTh4tWasM4deElsewh3re0123456789abcd'
const digest = (text: string) => createHash('sha256').update(text).digest()

let env: TestDatabase['env']
let folder: string
beforeEach(async () => {
  env = (await migratedSqlite()).env
  folder = newFolder()
})

const config = ['--config', join(import.meta.dirname, 'fixtures/keywright.config.ts')]

async function bring(file: string, content: string, options: readonly string[], expected = 0) {
  writeFileSync(join(folder, file), content)
  const { code, out, err } = await runHere(['import', file, ...config, ...options, '--json'], { env, folder })
  expect({ code, err }).toEqual({ code: expected, err: '' })
  return JSON.parse(out)
}

async function ask(line: readonly string[], options: RunOptions = {}) {
  return JSON.parse((await runHere([...line, '--json'], { env, ...options })).out)
}

const csv = (rows: readonly Record<string, string>[]) => {
  const names = Object.keys(rows[0] ?? {})
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  return [names.join(','), ...rows.map((row) => names.map((name) => quoted(row[name] ?? '')).join(','))].join('\n')
}

/** The same key, as each product has it, and what it is here. */
const rows = {
  'better-auth': [
    'apikey.csv',
    csv([
      {
        id: 'ba1',
        name: 'old',
        start: 'acme_k',
        referenceId: 'ada',
        prefix: 'acme_',
        key: digest(token).toString('base64url'),
        enabled: 't',
        expiresAt: '2999-01-01 00:00:00+00',
        createdAt: '2025-01-02 03:04:05.678',
        permissions: '{"tasks":["read","move"]}',
        metadata: '',
      },
    ]),
    { preview: 'acme_k', expiresAt: '2999-01-01T00:00:00.000Z', createdAt: '2025-01-02T03:04:05.678Z' },
  ],
  unkey: [
    'keys.json',
    JSON.stringify({
      data: [
        {
          keyId: 'key_1',
          start: 'acme_k',
          enabled: true,
          name: 'old',
          meta: { plan: 'pro' },
          createdAt: 1_735_787_045_678,
          permissions: ['tasks.read', 'tasks.move'],
          identity: { id: 'id_1', externalId: 'ada' },
          hash: digest(token).toString('base64'),
        },
      ],
    }),
    {
      preview: 'acme_k',
      metadata: { plan: 'pro', importedFrom: 'unkey', importedId: 'key_1' },
      createdAt: '2025-01-02T03:04:05.678Z',
    },
  ],
  keypal: [
    'keys.jsonl',
    JSON.stringify({
      id: 'kp1',
      keyHash: digest(token).toString('hex'),
      metadata: {
        ownerId: 'ada',
        name: 'old',
        scopes: ['tasks.read', 'tasks.move'],
        expiresAt: null,
        createdAt: '2025-01-02T03:04:05.678Z',
        enabled: true,
        revokedAt: null,
      },
    }),
    { createdAt: '2025-01-02T03:04:05.678Z' },
  ],
  table: [
    'keys.csv',
    csv([
      {
        name: 'old',
        user: 'ada',
        organization: 'acme',
        scopes: 'tasks.read tasks.move',
        format: 'sha256-base64',
        hash: digest(token).toString('base64'),
        entropy_bits: '190',
        tags: 'Team Blue, production',
      },
    ]),
    { tags: ['production', 'Team Blue'] },
  ],
} as const

describe.each(Object.entries(rows))('a key of %s', (source, [file, content, expected]) => {
  it('is tried, imported once, and its token goes on working', async () => {
    const options = ['--from', source, '--organization', 'acme']
    expect(await bring(file, content, [...options, '--dry-run'])).toMatchObject({
      dryRun: true,
      imported: 1,
      refused: 0,
    })
    expect((await ask(['keys', 'list'])).keys).toEqual([])

    const done = await bring(file, content, options)
    expect(done).toMatchObject({ dryRun: false, imported: 1, present: 0, skipped: 0, refused: 0 })
    const [{ keyId }] = done.results
    expect((await ask(['keys', 'show', keyId])).key).toMatchObject({
      name: 'old',
      owner: { type: 'user', id: 'ada', organizationId: 'acme' },
      grants: { scopes: ['tasks.read', 'tasks.move'] },
      status: 'active',
      ...expected,
    })
    expect(await ask(['verify'], { input: token })).toMatchObject({ ok: true, key: { id: keyId } })

    for (const more of [[], ['--dry-run']])
      expect(await bring(file, content, [...options, ...more])).toMatchObject({
        imported: 0,
        present: 1,
        refused: 0,
        results: [{ keyId }],
      })
  })
})

describe('keywright import', () => {
  const line = (more: object, secret = `${token}${JSON.stringify(more)}`) =>
    JSON.stringify({
      name: 'old',
      user: 'ada',
      organization: 'acme',
      scopes: [],
      hash: digest(secret).toString('hex'),
      entropyBits: 190,
      ...more,
    })

  it('refuses row by row, says which and why, and imports the others: exit 1', async () => {
    const content = [
      line({ name: 'good' }),
      line({ name: 'bad scope', scopes: ['tasks.raed'] }),
      line({ name: 'bad hash', hash: 'c4N4ry' }),
      line({ name: 'weak', entropyBits: 64 }),
      line({ name: 'bad date', createdAt: 'c4N4ry' }),
      line({ name: 'nobody', organization: null }),
      line({ name: 'no such day', expiresAt: '2999-02-31' }),
      line({ name: 'over', expiresAt: '2020-01-01' }),
      line({ name: 'ended', revoked: true }),
      '',
      line({ name: 'good, too' }),
    ].join('\n')
    for (const more of [['--dry-run'], []]) {
      const report = await bring('keys.jsonl', content, ['--from', 'table', ...more], 1)
      expect(report).toMatchObject({ imported: 2, skipped: 2, refused: 6 })
      expect(report.results.map(({ line, status, code }: Record<string, unknown>) => [line, status, code])).toEqual([
        [1, 'imported', null],
        [2, 'refused', 'scope_unknown'],
        [3, 'refused', 'invalid_input'],
        [4, 'refused', 'invalid_input'],
        [5, 'refused', 'usage'],
        [6, 'refused', 'usage'],
        [7, 'refused', 'usage'],
        [8, 'skipped', null],
        [9, 'skipped', null],
        [11, 'imported', null],
      ])
      expect(JSON.stringify(report)).not.toContain('c4N4ry')
    }
    const people = await runHere(['import', 'keys.jsonl', ...config, '--from', 'table'], { env, folder })
    expect(people).toMatchObject({ code: 1, out: '0 imported, 2 present, 2 skipped, 6 refused.\n' })
    expect(people.err).toMatch(/^ROW +NAME +STATUS +CODE +MESSAGE\n2 +bad scope +refused +scope_unknown /)
  })

  it('skips what is disabled where it came from, so that its token never works here', async () => {
    const content = line({ name: 'off', enabled: false })
    expect(await bring('keys.jsonl', content, ['--from', 'table'])).toMatchObject({
      imported: 0,
      skipped: 1,
      results: [{ status: 'skipped', message: 'It is disabled where it came from.' }],
    })
    expect((await ask(['keys', 'list'])).keys).toEqual([])
  })

  it.each([
    [{ revoked_at: '2020-01-01' }, 'Unknown field revoked_at. Did you mean revoked?'],
    [{ Revoked: true }, 'Unknown field Revoked. Did you mean revoked?'],
    [{ expires: '2020-01-01' }, /^Unknown field expires\./],
    [{ disabled: true }, /^Unknown field disabled\. The fields of a row are id, name, /],
    [{ active: false }, /^Unknown field active\./],
    [{ k3yTh4tWasM4deElsewh3re: '' }, /^Unknown field\. The fields of a row are /],
  ])('refuses a row of a table with %j: it may say that the key has ended', async (more, message) => {
    const { imported, results } = await bring('keys.jsonl', line(more), ['--from', 'table'], 1)
    expect({ imported, code: results[0].code }).toEqual({ imported: 0, code: 'usage' })
    if (typeof message === 'string') expect(results[0].message).toBe(message)
    else expect(results[0].message).toMatch(message)
  })

  it('gives a key without a holder to an organization only where that is asked for', async () => {
    const content = line({ name: 'lost', user: null })
    for (const holders of [[], ['--holders', 'both']])
      expect(
        await bring('keys.jsonl', content, ['--from', 'table', '--organization', 'acme', ...holders], 1),
      ).toMatchObject({ refused: 1, results: [{ message: expect.stringMatching(/^The user .* is missing/) }] })
    const asked = ['--from', 'table', '--organization', 'acme', '--holders', 'organization']
    expect(await bring('keys.jsonl', content, asked)).toMatchObject({ imported: 1 })
    expect((await ask(['keys', 'list'])).keys).toMatchObject([{ owner: { type: 'organization', id: 'acme' } }])
  })

  const betterAuth = { id: 'b', name: 'b', referenceId: 'ada', key: digest('b').toString('base64url') }
  const unkey = { id: 'u', name: 'u', externalId: 'ada', hash: digest('u').toString('base64') }
  it.each([
    ['better-auth', { ...betterAuth, remaining: 0, refillAmount: null }, 'skipped'],
    ['better-auth', { ...betterAuth, remaining: 0, refillAmount: 10 }, 'imported'],
    ['better-auth', { ...betterAuth, remaining: 1 }, 'imported'],
    ['unkey', { ...unkey, credits: { remaining: 0 } }, 'skipped'],
    ['unkey', { ...unkey, remaining_requests: 0, refill_amount: null }, 'skipped'],
    ['unkey', { ...unkey, credits: { remaining: 0, refill: { interval: 'daily', amount: 5 } } }, 'imported'],
    ['unkey', { ...unkey, credits: { remaining: null } }, 'imported'],
  ])('a used-up key of %s: %j is %s', async (source, row, status) => {
    const options = ['--from', source, '--organization', 'acme']
    expect(await bring('keys.jsonl', JSON.stringify(row), options)).toMatchObject({ results: [{ status }] })
  })

  it.each([
    ['jsonl', /Line 151 must be a JSON object/],
    ['csv', /line 15\d is not of that form/],
  ])('tells what was imported before a file of %s breaks, and where it breaks: exit 1', async (form, message) => {
    const hashOf = (index: number) => digest(`broken ${index}`).toString('hex')
    const lines = Array.from({ length: 149 + Number(form === 'jsonl') }, (_, index) =>
      form === 'csv' ? `key ${index},ada,acme,${hashOf(index)},190` : line({ name: `key ${index}` }),
    )
    const heading = form === 'csv' ? ['name,user,organization,hash,entropyBits'] : []
    const file = `keys.${form}`
    writeFileSync(join(folder, file), [...heading, ...lines, '"c4N4ry', ''].join('\n'))
    const { code, out, err } = await runHere(['import', file, ...config, '--from', 'table', '--json'], { env, folder })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ imported: 100 })
    expect(JSON.parse(err).error).toEqual({ code: 'import_stopped', message: expect.stringMatching(message) })
    expect(err).toMatch(/stopped after row 10\d\b/)
    expect(out + err).not.toContain('c4N4ry')
  })

  it('gives other scopes, by a map or to all, and takes holders for what the command line says', async () => {
    await bring('keys.jsonl', line({ name: 'mapped', scopes: ['read'] }), [
      '--from',
      'table',
      '--map-scope',
      'read=tasks.read',
    ])
    await bring('keys.jsonl', line({ name: 'same', scopes: ['x'] }), [
      '--from',
      'table',
      '--preset',
      'read-only',
      '--role',
      'mover',
    ])
    await bring('keys.jsonl', line({ name: 'both', user: 'eve', organization: null }), [
      '--from',
      'table',
      '--holders',
      'both',
    ])
    await bring('keys.jsonl', line({ name: 'all', user: 'org7', organization: null }), [
      '--from',
      'table',
      '--holders',
      'organization',
    ])
    const { keys } = await ask(['keys', 'list'])
    expect(keys.map(({ name, owner, grants }: Record<string, unknown>) => [name, owner, grants])).toEqual(
      expect.arrayContaining([
        ['mapped', expect.anything(), expect.objectContaining({ scopes: ['tasks.read'] })],
        ['same', expect.anything(), expect.objectContaining({ scopes: ['*.read'], roles: ['mover'] })],
        ['both', { type: 'user', id: 'eve', organizationId: 'eve' }, expect.anything()],
        ['all', { type: 'organization', id: 'org7' }, expect.anything()],
      ]),
    )
  })

  it('tells no secret in what it says of a row', async () => {
    writeFileSync(join(folder, 'keys.jsonl'), line({ scopes: ['tasks.c4n4ry'] }))
    const secret = { ...env, KEYWRIGHT_PEPPER: 'tasks.c4n4ry' }
    for (const json of [[], ['--json']]) {
      const ran = await runHere(['import', 'keys.jsonl', ...config, '--from', 'table', ...json], {
        env: secret,
        folder,
      })
      expect(ran.code).toBe(1)
      expect(ran.out + ran.err).toContain('*** is not in the catalog')
      expect(ran.out + ran.err).not.toContain('c4n4ry')
    }
  })

  it('imports more rows than one batch has', async () => {
    const content = Array.from({ length: 205 }, (_, index) => line({ name: `key ${index}` })).join('\n')
    expect(await bring('keys.jsonl', content, ['--from', 'table'])).toMatchObject({ imported: 205 })
  })

  it.each([
    [['keys.txt', '--from', 'table'], /^--form is missing/],
    [['keys.jsonl'], /^--from is missing/],
    [['nowhere.csv', '--from', 'table'], /^The file cannot be read: there is no such file\./],
    [['broken.jsonl', '--from', 'table'], /^Line 2 must be a JSON object\./],
    [['broken.csv', '--from', 'table'], /^The file cannot be read: line \d is not of that form\./],
    [['broken.json', '--from', 'table'], /^The file cannot be read: it is not of that form\./],
    [['broken.jsonl', '--from', 'table', '--map-scope', 'a'], /^--map-scope must be two names/],
  ])('refuses %j', async (words, message) => {
    writeFileSync(join(folder, 'broken.jsonl'), `${line({})}\n{"token":"c4N4ry`)
    writeFileSync(join(folder, 'broken.csv'), 'name,hash\n"c4N4ry')
    writeFileSync(join(folder, 'broken.json'), '{"token":"c4N4ry')
    const { code, out, err } = await runHere(['import', ...words, ...config], { env, folder })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('c4N4ry')
  })
})
