import { describe, expect, it } from 'vitest'
import { defineAccess } from '../../src/access/define-access.js'
import { grantedRights } from '../../src/access/rights.js'
import { isKeyError } from '../../src/errors/key-error.js'

const scopes = { 'members.read': 'View', 'members.edit': 'Edit', 'tasks.read': 'View tasks' }
const board = { board: { levels: { read: ['tasks.read'] } } } as const

/** What `defineAccess` says of a definition: `code field`, or `sound`. */
function judge(definition: object): string {
  try {
    defineAccess(definition as never) // wrong on purpose
    return 'sound'
  } catch (error) {
    if (isKeyError(error) && 'field' in error) return `${error.code} ${error.field}`
    throw error
  }
}

describe('defineAccess, at start-up', () => {
  it.each<[string, object, string]>([
    ['no catalogue', {}, 'invalid_options scopes'],
    ['an empty catalogue', { scopes: {} }, 'invalid_options scopes'],
    ['a list as catalogue', { scopes: ['members.read'] }, 'invalid_options scopes'],
    ['no description', { scopes: { a: null } }, 'invalid_options scopes["a"]'],
    ['a description that is no text', { scopes: { a: { description: 1 } } }, 'invalid_options scopes["a"]'],
    [
      'text for sensitive',
      { scopes: { a: { description: '', sensitive: 'no' } } },
      'invalid_options scopes["a"].sensitive',
    ],
    [
      'null for sensitive',
      { scopes: { a: { description: '', sensitive: null } } },
      'invalid_options scopes["a"].sensitive',
    ],
  ])('refuses as scopes %s', (_, definition, verdict) => {
    expect(judge(definition)).toBe(verdict)
  })

  it.each([
    '',
    '*',
    'members.*',
    'Members.read',
    'members..read',
    '.a',
    'a.',
    ' a',
    'a b',
    'é',
    '-a',
    '__proto__',
    'a\n',
  ])('refuses the scope name %j (SCOPE-16)', (name) => {
    expect(judge({ scopes: { [name]: 'text' } })).toBe(`invalid_options scopes[${JSON.stringify(name)}]`)
  })

  it.each<[string, unknown, string]>([
    ['no object', ['members.read'], 'invalid_options implies'],
    ['from an unknown scope', { 'members.raed': [] }, 'scope_unknown implies'],
    ['from a wildcard', { 'members.*': ['members.read'] }, 'scope_unknown implies'],
    ['from __proto__', { ['__proto__']: ['members.read'] }, 'scope_unknown implies'],
    ['to an unknown scope', { 'members.edit': ['members.read', 'nope'] }, 'scope_unknown implies["members.edit"][1]'],
    ['to a wildcard', { 'members.edit': ['members.*'] }, 'scope_unknown implies["members.edit"][0]'],
    ['to no text', { 'members.edit': [1] }, 'scope_unknown implies["members.edit"][0]'],
    ['to no list', { 'members.edit': 'members.read' }, 'invalid_options implies["members.edit"]'],
    ['itself', { 'members.edit': ['members.edit'] }, 'invalid_options implies["members.edit"]'],
    [
      'itself through another',
      { 'members.read': ['members.edit'], 'members.edit': ['members.read'] },
      'invalid_options implies["members.read"]',
    ],
    [
      'a circle that it is not part of, first',
      { 'tasks.read': ['members.read'], 'members.read': ['members.edit'], 'members.edit': ['members.read'] },
      'invalid_options implies["members.read"]',
    ],
  ])('refuses an implication: %s (SCOPE-5)', (_, implies, verdict) => {
    expect(judge({ scopes, implies })).toBe(verdict)
  })

  it.each<[string, unknown, string]>([
    ['no object', [], ''],
    ['a name with a space', { 'a b': [] }, '["a b"]'],
    ['an empty name', { '': [] }, '[""]'],
    ['__proto__ as name', { ['__proto__']: [] }, '["__proto__"]'],
    ['a name of 65 letters', { ['a'.repeat(65)]: [] }, `["${'a'.repeat(65)}"]`],
    ['no list', { viewer: '*' }, '["viewer"]'],
    ['a malformed pattern', { viewer: ['*', 'members.r*'] }, '["viewer"][1]'],
    ['no text', { viewer: [null] }, '["viewer"][0]'],
  ])('refuses as presets and as roles %s', (_, sets, at) => {
    expect(judge({ scopes, presets: sets })).toBe(`invalid_options presets${at}`)
    expect(judge({ scopes, roles: sets })).toBe(`invalid_options roles${at}`)
  })

  it.each(['nope', 'member.read', 'nope.*', '*.*.read'])(
    'refuses in presets and roles the pattern %s, which matches no scope (SCOPE-11)',
    (pattern) => {
      expect(judge({ scopes, presets: { viewer: ['*', pattern] } })).toBe('scope_unknown presets["viewer"][1]')
      expect(judge({ scopes, roles: { viewer: ['*', pattern] } })).toBe('scope_unknown roles["viewer"][1]')
    },
  )

  it('refuses a function as a preset, and takes one as a role', () => {
    expect(judge({ scopes, presets: { viewer: () => ['*'] } })).toBe('invalid_options presets["viewer"]')
    expect(judge({ scopes, roles: { viewer: () => ['*'] } })).toBe('sound')
  })

  it.each<[string, unknown, string]>([
    ['no object', [], 'invalid_options resources'],
    ['an upper-case name', { Board: board.board }, 'invalid_options resources["Board"]'],
    ['a number as name', { 1: board.board }, 'invalid_options resources["1"]'],
    ['__proto__ as name', { ['__proto__']: board.board }, 'invalid_options resources["__proto__"]'],
    ['no levels', { board: {} }, 'invalid_options resources.board.levels'],
    ['empty levels', { board: { levels: {} } }, 'invalid_options resources.board.levels'],
    ['levels as a list', { board: { levels: [] } }, 'invalid_options resources.board.levels'],
    ['a number as level', { board: { levels: { 1: [] } } }, 'invalid_options resources.board.levels["1"]'],
    [
      '__proto__ as level',
      { board: { levels: { ['__proto__']: [] } } },
      'invalid_options resources.board.levels["__proto__"]',
    ],
    ['no list of scopes', { board: { levels: { read: '*' } } }, 'invalid_options resources.board.levels.read'],
    ['an unknown scope', { board: { levels: { read: ['nope'] } } }, 'scope_unknown resources.board.levels.read[0]'],
    ['a wildcard', { board: { levels: { read: ['tasks.*'] } } }, 'scope_unknown resources.board.levels.read[0]'],
  ])('refuses as resources %s', (_, resources, verdict) => {
    expect(judge({ scopes, resources })).toBe(verdict)
  })

  it('refuses an implication between a global and a resource scope, either way', () => {
    const crossings = [{ 'members.edit': ['tasks.read'] }, { 'tasks.read': ['members.edit'] }]
    expect(crossings.map((implies) => judge({ scopes, implies, resources: board }))).toEqual([
      'invalid_options implies["members.edit"]',
      'invalid_options implies["tasks.read"]',
    ])
    expect(crossings.map((implies) => judge({ scopes, implies }))).toEqual(['sound', 'sound'])
  })
})

describe('defineAccess', () => {
  it('gives names of Object.prototype no meaning of their own (SCOPE-16)', () => {
    const model = defineAccess({
      scopes: { constructor: 'Build', 'members.read': 'View', valueof: 'Assess' },
      implies: { constructor: ['valueof'] },
      presets: { toString: ['constructor'] },
      roles: { hasOwnProperty: ['constructor'] },
      resources: { constructor: { levels: { constructor: ['members.read'] } } },
    })
    expect(model.implies.toString).toBeUndefined()
    expect(model.presets.get('toString')).toEqual(['constructor'])
    expect(model.presets.get('constructor' as never)).toBeUndefined()
    expect(grantedRights(model, ['constructor']).allows('valueof')).toBe(true)
    expect(model.resources.get('constructor')?.levels).toEqual(['constructor'])
  })

  it('keeps levels in their order, each with the scopes of the levels below it and what they imply', () => {
    const model = defineAccess({
      scopes: { a: '', b: '', c: '', d: '' },
      implies: { b: ['d'] },
      resources: { board: { levels: { read: ['a'], edit: ['b'], own: ['c', 'd'] } } },
    })
    const board = model.resources.get('board')
    expect([...(board?.scopesByLevel ?? [])].map(([level, names]) => [level, [...names].sort().join('')])).toEqual([
      ['read', 'a'],
      ['edit', 'abd'],
      ['own', 'abcd'],
    ])
    expect([...model.resourceScopes].sort()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('returns a frozen model, which later changes of the definition do not reach', () => {
    const roles = { viewer: ['members.read' as const] }
    const implies = { 'members.edit': ['members.read' as const] }
    const model = defineAccess({ scopes, implies, roles, presets: { viewer: ['*'] }, resources: board })
    roles.viewer.pop()
    implies['members.edit'].pop()
    expect(model.roles.get('viewer')).toEqual(['members.read'])
    expect(model.implies['members.edit']).toEqual(['members.read'])
    const parts = [
      model,
      model.implies,
      model.implies['members.edit'],
      model.scopes.get('members.read'),
      model.presets.get('viewer'),
      model.roles.get('viewer'),
      model.resources.get('board'),
      model.resources.get('board')?.levels,
    ]
    expect(parts.map((part) => part !== undefined && Object.isFrozen(part))).toEqual(parts.map(() => true))
  })
})
