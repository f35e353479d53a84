import { describe, expect, it } from 'vitest'
import type { ManageOptions } from '../../src/input/manage-options.js'
import type { RevokeInput } from '../../src/lifecycle/revoke.js'
import type { CreateInput, UpdateInput } from '../../src/manage/key-input.js'
import { type access, auditOf, good, open, owner, recordOf, start } from '../support/setup.js'

type Row = [what: string, changes: object, code: string, field: string]

const deep = (levels: number): object => (levels === 0 ? {} : { in: deep(levels - 1) })
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`b${index}`, 'read']))

const rows: Row[] = [
  ['no text as name', { name: 5 }, 'invalid_input', 'name'],
  ['an empty name', { name: '' }, 'invalid_input', 'name'],
  ['a name of spaces', { name: ' \u00a0 ' }, 'invalid_input', 'name'],
  ['a long name', { name: 'n'.repeat(101) }, 'invalid_input', 'name'],
  ['a control character (MGMT-8)', { name: 'a\u0007b' }, 'invalid_input', 'name'],
  ['a line break (MGMT-8)', { name: 'a\nb' }, 'invalid_input', 'name'],
  ['a bidirectional override (MGMT-8)', { name: 'a\u202eb' }, 'invalid_input', 'name'],
  ['an invisible character (MGMT-8)', { name: 'a\u200bb' }, 'invalid_input', 'name'],
  ['a joiner beside Latin letters (MGMT-8)', { name: 'ad\u200dmin' }, 'invalid_input', 'name'],
  ['a joiner beside an accent (MGMT-8)', { name: 'x\u0301\u200dы' }, 'invalid_input', 'name'],
  ['a joiner beside digits (MGMT-8)', { name: '1\u200c2' }, 'invalid_input', 'name'],
  ['a joiner at the end (MGMT-8)', { name: 'می\u200c' }, 'invalid_input', 'name'],
  ['a joiner at the beginning (MGMT-8)', { description: '\u200d👩' }, 'invalid_input', 'description'],
  ['two joiners in a row (MGMT-8)', { name: 'می\u200c\u200cخواهم' }, 'invalid_input', 'name'],
  ['an isolate around Persian (MGMT-8)', { name: '\u2067می\u200cخواهم\u2069' }, 'invalid_input', 'name'],
  [
    'a joiner in an id of the host (MGMT-8)',
    level({ 'می\u200cخ': 'read' }),
    'invalid_input',
    'resources["board"].levels',
  ],
  ['half a character (MGMT-8)', { name: 'a\ud83db' }, 'invalid_input', 'name'],
  ['a long description', { description: 'd'.repeat(501) }, 'invalid_input', 'description'],
  ['a description with NUL', { description: 'a\0' }, 'invalid_input', 'description'],
  ['a number as description', { description: 5 }, 'invalid_input', 'description'],
  ['an unreadable expiry (CONS-10)', { expiresAt: new Date(Number.NaN) }, 'invalid_input', 'expiresAt'],
  ['an expiry as text', { expiresAt: '2041-01-01' }, 'invalid_input', 'expiresAt'],
  ['an expiry as number', { expiresAt: start + 1 }, 'invalid_input', 'expiresAt'],
  ['an expiry before 1970', { expiresAt: new Date(-1) }, 'invalid_input', 'expiresAt'],
  ['an expiry beyond the year 9999', { expiresAt: new Date(Date.UTC(10_000, 0)) }, 'invalid_input', 'expiresAt'],
  ['an expiry that has passed', { expiresAt: new Date(start) }, 'invalid_input', 'expiresAt'],
  ['a text as tags', { tags: 'prod' }, 'invalid_input', 'tags'],
  ['null as tags', { tags: null }, 'invalid_input', 'tags'],
  ['many tags', { tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, 'invalid_input', 'tags'],
  ['a number among tags', { tags: ['prod', 1] }, 'invalid_input', 'tags[1]'],
  ['a hole among tags', { tags: Array(1) }, 'invalid_input', 'tags[0]'],
  ['a blank tag', { tags: ['prod', ' \u00a0 '] }, 'invalid_input', 'tags[1]'],
  ['a tag of which nothing is seen', { tags: ['\u0301'] }, 'invalid_input', 'tags[0]'],
  ['a long tag', { tags: ['t'.repeat(51)] }, 'invalid_input', 'tags[0]'],
  ['a comma in a tag', { tags: ['a,b'] }, 'invalid_input', 'tags[0]'],
  ['a control character in a tag (MGMT-8)', { tags: ['a\u0007b'] }, 'invalid_input', 'tags[0]'],
  ['a bidirectional override in a tag (MGMT-8)', { tags: ['a\u202eb'] }, 'invalid_input', 'tags[0]'],
  ['a tag twice', { tags: ['prod', 'ops', 'prod '] }, 'invalid_input', 'tags[2]'],
  ['a tag twice, but for case and accents', { tags: ['Équipe', 'equipe'] }, 'invalid_input', 'tags[1]'],
  ['a list as metadata', { metadata: [] }, 'invalid_input', 'metadata'],
  ['null as metadata', { metadata: null }, 'invalid_input', 'metadata'],
  ['a Date in metadata', { metadata: { at: new Date() } }, 'invalid_input', 'metadata'],
  ['undefined in metadata', { metadata: { at: undefined } }, 'invalid_input', 'metadata'],
  ['NaN in metadata', { metadata: { n: Number.NaN } }, 'invalid_input', 'metadata'],
  ['a bigint in metadata', { metadata: { n: 1n } }, 'invalid_input', 'metadata'],
  ['toJSON in metadata', { metadata: { toJSON: () => 'x' } }, 'invalid_input', 'metadata'],
  ['half a character in metadata', { metadata: { a: ['\ud800'] } }, 'invalid_input', 'metadata'],
  ['half a character in a name in metadata', { metadata: { '\udc00': 1 } }, 'invalid_input', 'metadata'],
  ['deep metadata', { metadata: deep(21) }, 'invalid_input', 'metadata'],
  ['large metadata', { metadata: { a: 'x'.repeat(16_384) } }, 'invalid_input', 'metadata'],
  ['a text as scopes', { scopes: '*' }, 'invalid_input', 'scopes'],
  ['many scopes', { scopes: Array(201).fill('*') }, 'invalid_input', 'scopes'],
  ['a scope in upper case', { scopes: ['members.read', 'Members.read'] }, 'invalid_input', 'scopes[1]'],
  ['a number among scopes', { scopes: [1] }, 'invalid_input', 'scopes[0]'],
  ['a hole among scopes', { scopes: Array(1) }, 'invalid_input', 'scopes[0]'],
  ['an unknown scope (SCOPE-11)', { scopes: ['members.delete'] }, 'scope_unknown', 'scopes[0]'],
  ['a wildcard over nothing (SCOPE-11)', { scopes: ['nothing.*'] }, 'scope_unknown', 'scopes[0]'],
  ['a resource scope', { scopes: ['tasks.read'] }, 'invalid_input', 'scopes[0]'],
  ['an unknown preset', { preset: 'everything' }, 'scope_unknown', 'preset'],
  ['a preset named like an object member', { preset: 'constructor' }, 'scope_unknown', 'preset'],
  ['an object as preset', { preset: { toString: 1 } }, 'invalid_input', 'preset'],
  ['a text as roles', { roles: 'planner' }, 'invalid_input', 'roles'],
  ['many roles', { roles: Array(51).fill('planner') }, 'invalid_input', 'roles'],
  ['an unknown role', { roles: ['planner', 'boss'] }, 'scope_unknown', 'roles[1]'],
  ['an object among roles', { roles: [{ toString: 1 }] }, 'invalid_input', 'roles[0]'],
  ['a hole among roles', { roles: Array(1) }, 'invalid_input', 'roles[0]'],
  ['a list as resources', { resources: [] }, 'invalid_input', 'resources'],
  ['an unknown resource type', { resources: { wall: { mode: 'all', level: 'read' } } }, 'scope_unknown', 'resources'],
  [
    'a type named __proto__',
    { resources: JSON.parse('{"__proto__":{"mode":"all","level":"read"}}') },
    'scope_unknown',
    'resources',
  ],
  ['null as a grant', { resources: { board: null } }, 'invalid_input', 'resources["board"]'],
  ['no mode', { resources: { board: { level: 'read' } } }, 'invalid_input', 'resources["board"]'],
  ['an unknown mode', { resources: { board: { mode: 'any' } } }, 'invalid_input', 'resources["board"]'],
  ['no level', { resources: { board: { mode: 'all' } } }, 'invalid_input', 'resources["board"].level'],
  ['no levels', { resources: { board: { mode: 'specific' } } }, 'invalid_input', 'resources["board"]'],
  ['an unknown level', level({ b1: 'own' }), 'invalid_input', 'resources["board"].levels["b1"]'],
  ['no level on a resource', level({ b1: undefined }), 'invalid_input', 'resources["board"].levels["b1"]'],
  ['an empty resource id', level({ '': 'read' }), 'invalid_input', 'resources["board"].levels'],
  ['many resources', level(many(1_001)), 'invalid_input', 'resources["board"].levels'],
]

const createRows: Row[] = [
  ['no name', { name: undefined }, 'invalid_input', 'name'],
  ['no owner', { owner: undefined }, 'invalid_input', 'owner.type'],
  ['a text as owner', { owner: 'u1' }, 'invalid_input', 'owner.type'],
  ['an owner of no kind', { owner: { ...owner, type: 'robot' } }, 'invalid_input', 'owner.type'],
  ['an owner without id', { owner: { type: 'organization' } }, 'invalid_input', 'owner.id'],
  ['an owner with an empty id', { owner: { ...owner, id: '' } }, 'invalid_input', 'owner.id'],
  ['an owner with NUL in its id', { owner: { ...owner, id: 'a\0b' } }, 'invalid_input', 'owner.id'],
  ['an owner with a number as id', { owner: { ...owner, id: 7 } }, 'invalid_input', 'owner.id'],
  ['a user of no organisation', { owner: { type: 'user', id: 'u1' } }, 'invalid_input', 'owner.organizationId'],
  ['an unknown environment', { environment: 'prod' }, 'invalid_input', 'environment'],
  ['an environment like an object member', { environment: 'constructor' }, 'invalid_input', 'environment'],
]

const optionRows: Row[] = [
  ['an actor of no kind', { actor: { type: 'robot', id: 'r2' } }, 'invalid_input', 'actor.type'],
  ['null as actor', { actor: null }, 'invalid_input', 'actor.type'],
  ['an actor without id', { actor: { type: 'user' } }, 'invalid_input', 'actor.id'],
  ['an actor with a line break', { actor: { type: 'user', id: 'a\nb' } }, 'invalid_input', 'actor.id'],
  ['a number as request id', { context: { requestId: 5 } }, 'invalid_input', 'context.requestId'],
  ['a list as address', { context: { ip: ['::1'] } }, 'invalid_input', 'context.ip'],
]

function level(levels: object): object {
  return { resources: { board: { mode: 'specific', levels } } }
}

type Model = typeof access

describe('create', () => {
  it.each([...rows, ...createRows])('refuses %s, and stores nothing', async (_, changes, code, field) => {
    const { keyring, store } = open()
    const input = { ...good, ...changes } as CreateInput<Model> // wrong on purpose
    await expect(keyring.create(input)).rejects.toMatchObject({ code, field })
    expect((await keyring.list()).keys).toEqual([])
    expect(await auditOf(store)).toEqual([])
  })

  it.each([null, undefined, 'name', 5])('refuses %j as input', async (input) => {
    const { keyring } = open()
    const refused = keyring.create(input as unknown as CreateInput<Model>) // wrong on purpose
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'input' })
  })
})

describe('update', () => {
  it.each(rows)('refuses %s, and changes nothing', async (_, changes, code, field) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(good)
    const before = await recordOf(store, key.id)
    const refused = keyring.update(key.id, { name: 'other', ...changes } as UpdateInput<Model>) // wrong on purpose
    await expect(refused).rejects.toMatchObject({ code, field })
    expect(await recordOf(store, key.id)).toEqual(before)
    expect(await auditOf(store)).toHaveLength(1)
  })

  it.each([null, undefined, 'name'])('refuses %j as changes', async (input) => {
    const { keyring } = open()
    const refused = keyring.update('a1B2c3D4e5F6', input as unknown as UpdateInput<Model>) // wrong on purpose
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'input' })
  })
})

describe('every managing verb', () => {
  it.each(optionRows)('refuses %s, and changes nothing', async (_, changes, code, field) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(good)
    const before = await recordOf(store, key.id)
    const options = changes as ManageOptions // wrong on purpose
    const calls = [
      keyring.create(good, options),
      keyring.update(key.id, { name: 'other' }, options),
      keyring.disable(key.id, {}, options),
      keyring.enable(key.id, options),
      keyring.revoke(key.id, {}, options),
      keyring.delete(key.id, options),
    ]
    for (const outcome of await Promise.allSettled(calls)) expect(outcome).toMatchObject({ reason: { code, field } })
    expect(await recordOf(store, key.id)).toEqual(before)
    expect(await auditOf(store)).toHaveLength(1)
  })

  it.each([5, 'r'.repeat(201), 'a\nb', '\u202e'])('revoke refuses the reason %j', async (reason) => {
    const { keyring } = open()
    const { key } = await keyring.create(good)
    const refused = keyring.revoke(key.id, { reason } as RevokeInput) // wrong on purpose
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', field: 'reason' })
    expect(await keyring.get(key.id)).toEqual(key)
  })
})

describe('the name of a key', () => {
  it.each([
    '<script>alert(1)</script>',
    '=cmd|/C calc!A0',
    '"; DROP TABLE api_keys; --',
    '名前 ü ☃ 😀',
    'n'.repeat(100),
    '👨‍👩‍👧‍👦 family',
    '👩🏽‍🚀',
    '❤️‍🔥',
    '🏳️‍🌈',
    'کلید می‌خواهم',
    'क्‍ष',
    'র‍্য',
  ])('keeps %j unescaped: whoever shows it escapes it (MGMT-8)', async (name) => {
    const { keyring } = open()
    const { key } = await keyring.create({ ...good, name })
    expect((await keyring.get(key.id))?.name).toBe(name)
  })
})
