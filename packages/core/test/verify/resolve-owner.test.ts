import { describe, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { defineAccess } from '../../src/access/define-access.js'
import type { ResolveOwner } from '../../src/verify/owner-authority.js'
import { patternsOf, resolveAuthority } from '../../src/verify/resolve-owner.js'

const asked: string[] = []
const access: Access = defineAccess({
  scopes: { 'members.read': 'View', 'members.edit': 'Edit', 'tasks.read': 'View tasks', 'tasks.move': 'Move tasks' },
  implies: { 'members.edit': ['members.read'] },
  roles: {
    reader: ['members.read'],
    editor: (organizationId) => {
      asked.push(organizationId)
      return ['members.edit']
    },
    late: async () => ['members.read'],
    broken: () => 'members.read' as never, // what types forbid
  },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
})
const owner = { type: 'user', id: 'u1', organizationId: 'org1' } as const
const resolve = async (resolveOwner: unknown) => resolveAuthority(access, resolveOwner as ResolveOwner, owner)
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `s${at}`)

describe('resolveAuthority', () => {
  it('of an uncapped owner is everything, at the highest levels', async () => {
    const all = (await resolve('uncapped')) ?? expect.unreachable()
    expect(all).toMatchObject({ patterns: ['*'], roles: ['reader', 'editor', 'late', 'broken'] })
    expect(all.rights.allows('members.edit')).toBe(true)
    expect([...(await all.levelsOn('board', ['b1', 'b2']))]).toEqual([
      ['b1', 'edit'],
      ['b2', 'edit'],
    ])
    expect([...(await all.levelsOn('wall', ['w1']))]).toEqual([['w1', undefined]])
  })

  it.each<[string, unknown]>([
    ['at once', () => null],
    ['later', async () => null],
  ])('is null of an owner who is not there, as told %s', async (_, answer) => {
    expect(await resolve(answer)).toBeNull()
  })

  it.each<[string, (answer: object) => unknown]>([
    ['at once', (answer) => () => answer],
    ['later', (answer) => async () => answer],
  ])('is what the host tells, with its roles and what is implied, %s', async (_, by) => {
    const told = { scopes: ['tasks.*'], roles: ['editor', 'gone'], levels: { board: { b1: 'read' } } }
    const rights = (await resolve(by(told))) ?? expect.unreachable()
    expect(rights.patterns).toEqual(['tasks.*', 'members.edit'])
    expect(rights.roles).toEqual(['editor', 'gone'])
    expect(['members.read', 'members.edit'].map((scope) => rights.rights.allows(scope))).toEqual([true, true])
    expect([...(await rights.levelsOn('board', ['b1', 'b2']))]).toEqual([
      ['b1', 'read'],
      ['b2', undefined],
    ])
    expect(asked.at(-1)).toBe('org1')
  })

  it('is nothing where the host tells of nothing', async () => {
    const none = (await resolve(() => ({}))) ?? expect.unreachable()
    expect([none.patterns, none.roles]).toEqual([[], []])
    expect(none.rights.allows('members.read')).toBe(false)
  })

  it('gives the host a copy of the owner', async () => {
    await resolve((given: { id: string }) => {
      expect(given).toEqual(owner)
      given.id = 'u2'
      return {}
    })
    expect(owner.id).toBe('u1')
  })

  const expected = 'resolveOwner must answer'
  it.each<[string, unknown, string]>([
    ['nothing', undefined, `${expected} an object, or null for an owner who is not there`],
    ['a list', [], `${expected} an object, or null for an owner who is not there`],
    ['a text', 'members.read', `${expected} an object, or null for an owner who is not there`],
    ['scopes that are no list', { scopes: '*' }, `${expected} scopes: a list of strings`],
    ['a scope that is no text', { scopes: [7] }, `${expected} scopes: a list of strings`],
    ['roles that are no list', { roles: 'reader' }, `${expected} roles: a list of strings`],
    ['a role that is no text', { roles: [null] }, `${expected} roles: a list of strings`],
    ['a role that gives no list', { roles: ['broken'] }, 'Role broken must give a list of scopes'],
    [
      'too many scopes',
      { scopes: numbered(2_001) },
      'An owner or a key may have at most 2000 scopes, those of its roles included',
    ],
    [
      'levels that are a text',
      { levels: 'edit' },
      `${expected} levels: a function or an object, or levelsOf: a function`,
    ],
  ])('fails where it answers %s', async (_, answer, message) => {
    for (const by of [() => answer, async () => answer])
      await expect(resolve(by)).rejects.toThrow(expect.objectContaining({ name: 'TypeError', message }))
  })
})

describe('patternsOf', () => {
  const given = (scopes: readonly string[], roles: readonly string[]) => patternsOf(access, { scopes, roles }, 'org2')

  it('is the list itself where no role adds to it', () => {
    const scopes = ['a']
    expect(given(scopes, [])).toBe(scopes)
    expect(given(numbered(2_000), [])).toHaveLength(2_000)
  })

  it('adds what roles give now, and nothing by a role that left the model', async () => {
    expect(await given(['a'], ['reader', 'gone', 'late', 'editor'])).toEqual([
      'a',
      'members.read',
      'members.read',
      'members.edit',
    ])
    expect(asked.at(-1)).toBe('org2')
    expect(await given(numbered(1_999), ['reader'])).toHaveLength(2_000)
  })

  it('fails later, and never at once, where they are too many', async () => {
    for (const many of [given(numbered(2_001), []), given(numbered(2_000), ['reader'])])
      await expect(many).rejects.toThrow('at most 2000 scopes')
  })
})
