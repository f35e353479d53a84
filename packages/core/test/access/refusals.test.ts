import { describe, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.js'
import { defineAccess } from '../../src/access/define-access.js'
import { departedNames, isKnownScope } from '../../src/access/departed-names.js'
import { keptRights, type Rights } from '../../src/access/kept-rights.js'
import { grantedLevel, isAtLeast, lowerLevel } from '../../src/access/level.js'
import { parseRequiredScopes } from '../../src/access/parse-required-scopes.js'
import { unknownName } from '../../src/access/unknown-name.js'
import { InvalidOptions } from '../../src/errors/input-errors.js'
import { access as typed } from './board-product.js'

const access: Access = typed
const scopes = { 'members.read': 'View', 'members.edit': 'Edit', 'tasks.read': 'View tasks' }
const define = (definition: object) => defineAccess(definition as never) // wrong on purpose
const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, '']))

describe('a wrong access model is refused by a message that says what a field must be', () => {
  const name = 'a lower-case name such as members.read, without wildcards'
  const description = 'a description, or { description, sensitive }'
  const unknown = 'left out: it is unknown'
  const fields = 'scopes, implies, presets, roles, resources'
  const own = '1 to 64 letters, digits and _ . : -, and begin with a letter or a digit.'
  const label = '1 to 64 characters of a-z, 0-9, _ and -, and begin with a letter.'
  const long = 'a'.repeat(65)
  const board = { board: { levels: { read: ['tasks.read'] } } }
  const noCycle = 'Option implies["members.read"] must not lead back to members.read.'
  const crossing =
    'Option implies["members.edit"] must not imply tasks.read: only one of members.edit and tasks.read is a resource scope.'

  it.each<[string, object, string, string, string?]>([
    ['a misspelt part', { scopes, role: {} }, 'role', unknown, 'Unknown option role. Did you mean roles?'],
    ['no catalog', {}, 'scopes', 'an object'],
    ['an empty catalog', { scopes: {} }, 'scopes', 'an object with at least one scope'],
    ['2,001 scopes', { scopes: numbered(2_001) }, 'scopes', 'an object with at most 2000 scopes'],
    ['a name with a capital', { scopes: { A: '' } }, 'scopes["A"]', name],
    ['a wildcard as name', { scopes: { 'a.*': '' } }, 'scopes["a.*"]', name],
    ['no description', { scopes: { a: {} } }, 'scopes["a"]', description],
    ['a number as description', { scopes: { a: 7 } }, 'scopes["a"]', description],
    ['a misspelt field', { scopes: { a: { description: '', x: 1 } } }, 'scopes["a"].x', unknown, expect.any(String)],
    [
      'text as sensitive',
      { scopes: { a: { description: '', sensitive: 'no' } } },
      'scopes["a"].sensitive',
      'a boolean',
    ],
    ['a list as implies', { scopes, implies: [] }, 'implies', 'an object'],
    [
      'an implied text',
      { scopes, implies: { 'members.edit': 'x' } },
      'implies["members.edit"]',
      'a list of scopes from the catalog',
    ],
    [
      'a circle',
      { scopes, implies: { 'members.read': ['members.read'] } },
      'implies["members.read"]',
      'free of cycles',
      noCycle,
    ],
    [
      'a crossing',
      { scopes, implies: { 'members.edit': ['tasks.read'] }, resources: board },
      'implies["members.edit"]',
      'a list of scopes of the same kind',
      crossing,
    ],
    ['a list as presets', { scopes, presets: [] }, 'presets', 'an object'],
    [
      'a preset without a name',
      { scopes, presets: { '': [] } },
      'presets[""]',
      'named such as read-only',
      `The name in presets[""] must be ${own}`,
    ],
    [
      'a role with a long name',
      { scopes, roles: { [long]: [] } },
      `roles["${long}"]`,
      'named such as read-only',
      `The name in roles["${long}"] must be ${own}`,
    ],
    ['a role of a text', { scopes, roles: { a: '*' } }, 'roles["a"]', 'a list of scopes'],
    [
      'a malformed pattern',
      { scopes, roles: { a: ['*', 'A'] } },
      'roles["a"][1]',
      'a scope or a wildcard such as members.*',
    ],
    [
      'a resource with a capital',
      { scopes, resources: { B: {} } },
      'resources["B"]',
      'named such as board or read_only',
      `The name in resources["B"] must be ${label}`,
    ],
    [
      'a resource with a long name',
      { scopes, resources: { [long]: {} } },
      `resources["${long}"]`,
      'named such as board or read_only',
      `The name in resources["${long}"] must be ${label}`,
    ],
    [
      'a resource that is a list',
      { scopes, resources: { board: [] } },
      'resources.board',
      'an object with some of: levels',
    ],
    ['a resource without levels', { scopes, resources: { board: {} } }, 'resources.board.levels', 'an object'],
    [
      'a resource with no level',
      { scopes, resources: { board: { levels: {} } } },
      'resources.board.levels',
      'an object with at least one level',
    ],
    [
      'a level with a capital',
      { scopes, resources: { board: { levels: { R: [] } } } },
      'resources.board.levels["R"]',
      'named such as board or read_only',
      `The name in resources.board.levels["R"] must be ${label}`,
    ],
    [
      'a level of a text',
      { scopes, resources: { board: { levels: { read: '*' } } } },
      'resources.board.levels.read',
      'a list of scopes from the catalog',
    ],
  ])('%s', (_, definition, field, expected, message = `Option ${field} must be ${expected}.`) => {
    expect(() => define(definition)).toThrow(InvalidOptions)
    expect(() => define(definition)).toThrow(expect.objectContaining({ field, expected, message }))
  })

  it('says that options are missing', () => {
    expect(() => define(undefined as never)).toThrow(`Option options must be an object with some of: ${fields}.`)
  })

  it('takes the most of everything', () => {
    expect(define({ scopes: numbered(2_000) }).scopes.size).toBe(2_000)
    const names = Object.keys(numbered(201))
    const implies = Object.fromEntries(names.map((from, at) => [from, names.slice(at + 1)])) // 20,100 in all
    const most = { ...implies, s0: names.slice(1, 101) }
    expect(Object.keys(define({ scopes: numbered(201), implies: most }).implies)).toHaveLength(201)
    const expected = 'an object with at most 20000 implied scopes in all'
    for (const one of [implies, { ...most, s0: names.slice(1, 102) }])
      expect(() => define({ scopes: numbered(201), implies: one })).toThrow(
        expect.objectContaining({ field: 'implies', expected }),
      )
  })

  it.each(['a', 'Z', '0', 'a_.:-', 'a'.repeat(64)])('takes %s as the name of a preset and of a role', (one) => {
    const { presets, roles } = define({ scopes, presets: { [one]: [] }, roles: { [one]: [] } })
    expect([[...presets.keys()], [...roles.keys()]]).toEqual([[one], [one]])
  })

  it.each(['_a', '-a', 'a b', 'a\n', ' a'])('does not take %j as the name of a preset', (one) => {
    expect(() => define({ scopes, presets: { [one]: [] } })).toThrow(InvalidOptions)
  })

  it.each(['a', 'a0_-', 'a'.repeat(64)])('takes %s as the name of a resource', (one) => {
    expect([...define({ scopes, resources: { [one]: board.board } }).resources.keys()]).toEqual([one])
  })

  it.each(['0', '_a', 'aB', 'a\n', ' a', 'a.b'])('does not take %j as the name of a resource', (one) => {
    expect(() => define({ scopes, resources: { [one]: board.board } })).toThrow(InvalidOptions)
  })
})

it('a model knows which scopes imply one, and how sensitive each is', () => {
  const model = define({
    scopes: { a: 'A', b: { description: 'B' }, c: { description: 'C', sensitive: true } },
    implies: { a: ['c'], b: ['c'] },
  })
  expect(model.impliedBy).toEqual({ c: ['a', 'b'] })
  expect(Object.getPrototypeOf(model.impliedBy)).toBeNull()
  expect(Object.fromEntries(model.scopes)).toEqual({
    a: { description: 'A', sensitive: false },
    b: { description: 'B', sensitive: false },
    c: { description: 'C', sensitive: true },
  })
})

describe('parseRequiredScopes', () => {
  const list = 'a list of at least one scope'
  const most = Array.from({ length: 400 }, () => 'members.read')
  it.each<[string, unknown, string, string, string?]>([
    ['nothing', undefined, 'anyOf', list, `Option anyOf must be ${list}. Leave it out to let any active key pass.`],
    ['an empty list', [], 'anyOf', list, `Option anyOf must be ${list}. Leave it out to let any active key pass.`],
    ['401 scopes', [...most, 'members.read'], 'anyOf', 'a list of at most 400 scopes'],
    ['a wildcard', ['members.*'], 'anyOf[0]', 'one scope, without wildcards'],
    ['a number', ['members.read', 7], 'anyOf[1]', 'one scope, without wildcards'],
  ])('refuses %s', (_, required, field, expected, message = `Option ${field} must be ${expected}.`) => {
    expect(() => parseRequiredScopes(access, required, 'anyOf')).toThrow(
      expect.objectContaining({ field, expected, message }),
    )
  })

  it('takes 400 scopes', () => {
    expect(parseRequiredScopes(access, most, 'scopes')).toEqual(most)
  })
})

describe('levels', () => {
  const board = access.resources.get('board') ?? expect.unreachable()

  it.each<[unknown, unknown, string | null]>([
    ['read', 'own', 'read'],
    ['own', 'edit', 'edit'],
    ['own', 'own', 'own'],
    ['own', 'admin', null],
    [null, 'own', null],
    ['own', undefined, null],
    [0, 'own', null],
    [['own'], 'own', null],
  ])('the lower of %j and %j is %j', (a, b, expected) => {
    expect([lowerLevel(board, a, b), lowerLevel(board, b, a)]).toEqual([expected, expected])
  })

  it.each<[string | null, string, boolean]>([
    ['read', 'read', true],
    ['own', 'read', true],
    ['read', 'edit', false],
    [null, 'read', false],
  ])('%j is at least %j: %j', (level, floor, expected) => {
    expect(isAtLeast(board, level, floor)).toBe(expected)
  })

  it.each<[unknown, string | null]>([
    [undefined, null],
    [{ mode: 'all', level: 'edit' }, 'edit'],
    [{ mode: 'all', level: 'admin' }, null],
    [{ mode: 'specific', levels: { b1: 'own' } }, 'own'],
    [{ mode: 'specific', levels: { b2: 'own' } }, null],
    [{ mode: 'specific', levels: Object.create({ b1: 'own' }) }, null],
    [{ mode: 'specific', levels: { b1: 'admin' } }, null],
    [{ mode: 'none', level: 'own', levels: { b1: 'own' } }, null],
    [{ level: 'own', levels: { b1: 'own' } }, null],
  ])('a grant %j gives %j', (grant, expected) => {
    expect(grantedLevel(board, grant as never, 'b1')).toBe(expected)
  })
})

describe('names that left the model', () => {
  it.each([
    ['members.read', true],
    ['members.*', true],
    ['*', true],
    ['*.read', true],
    ['members', false],
    ['members.gone', false],
    ['gone.*', false],
  ])('%s is known: %s', (pattern, expected) => {
    expect(isKnownScope(access, pattern)).toBe(expected)
  })

  it('are told in words, and no others', () => {
    const grant = { mode: 'all', level: 'read' } as const
    const grants = { scopes: ['gone', '*'], roles: ['payer', 'cook'], resources: { board: grant, wall: grant } }
    expect(departedNames(access, grants)).toEqual(['gone', 'role cook', 'resource type wall'])
    expect(departedNames(access, { scopes: [], roles: [], resources: {} })).toEqual([])
  })
})

describe('unknownName', () => {
  it.each<[string, string[], string]>([
    ['a.raed', ['a.read', 'b.read'], 'x: a.raed is not in the catalog. Did you mean a.read?'],
    ['x.y', ['a.read'], 'x: x.y is not in the catalog.'],
    ['ab.c.*', ['ab.d.read', 'ab.cc.read'], 'x: ab.c.* is not in the catalog. Did you mean ab.d.*?'],
    ['abc.*', ['abd.d.read'], 'x: abc.* is not in the catalog. Did you mean abd.*?'],
    ['abc.*', ['abc'], 'x: abc.* is not in the catalog.'],
  ])('of %s', (given, names, message) => {
    expect(unknownName('x', given, names)).toMatchObject({ field: 'x', message })
  })

  it('compares with the first 1,000 names', () => {
    const far = [...Array.from({ length: 1_000 }, (_, at) => `q${at}`), 'members.read']
    expect(unknownName('x', 'members.raed', far).message).not.toContain('Did you mean')
    expect(unknownName('x', 'members.raed', far.slice(1)).message).toContain('Did you mean')
  })
})

describe('keptRights', () => {
  const counting = () => {
    const made: (readonly string[])[] = []
    const rights = keptRights((_, patterns): Rights => {
      made.push([...patterns])
      return { allows: (scope) => patterns.includes(scope) }
    })
    return { made, rights }
  }

  it('makes rights once for each list of patterns and each model', () => {
    const { made, rights } = counting()
    const first = rights(access, ['a', 'b'])
    expect(rights(access, ['a', 'b'])).toBe(first)
    expect(rights(access, ['b', 'a'])).not.toBe(first)
    expect(rights(access, ['ab'])).not.toBe(first)
    expect(rights(access, ['a'])).not.toBe(first)
    expect(rights({ ...access }, ['a', 'b'])).not.toBe(first)
    expect(made).toHaveLength(5)
    expect(rights(access, ['a'])).toBe(rights(access, ['a']))
  })

  it.each<[string, unknown]>([
    ['an empty list', []],
    ['no list', undefined],
    ['what is no text', [7]],
    ['a text with a line break', ['a\nb']],
    ['what is too long', ['a'.repeat(8_000)]],
  ])('keeps nothing for %s', (_, patterns) => {
    const made: unknown[] = []
    const rights = keptRights((_access, given): Rights => {
      made.push(given)
      return { allows: () => false }
    })
    for (const time of [1, 2]) {
      rights(access, patterns as string[])
      expect(made).toHaveLength(time)
    }
  })

  it('keeps a text of 7,999 characters, and forgets the oldest of 501 lists', () => {
    const { made, rights } = counting()
    const long = ['a'.repeat(7_999)]
    expect(rights(access, long)).toBe(rights(access, long))
    for (let at = 0; at < 499; at += 1) rights(access, [`p${at}`])
    expect(rights(access, long)).toBe(rights(access, long))
    expect(made).toHaveLength(500)
    rights(access, ['one more'])
    rights(access, ['p0'])
    expect(made).toHaveLength(501)
    rights(access, long)
    expect(made).toHaveLength(502)
  })
})
