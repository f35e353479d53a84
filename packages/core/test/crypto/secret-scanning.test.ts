import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { writeChildToken } from '../../src/child-token/write-child-token.js'
import { secretScanning } from '../../src/credential/secret-scanning.js'
import { formatToken } from '../../src/crypto/format-token.js'
import { createTokenFactory } from '../../src/crypto/random.js'
import { InvalidInput } from '../../src/errors/input-errors.js'

const namespaces = ['tk_live', 'tk_test', 'tk']
const rules = secretScanning(namespaces)
const { newId, newSecret } = createTokenFactory()

function make(namespace = 'tk_live', id = newId(), secret = newSecret()): string {
  return formatToken({ namespace, id, secret })
}

const keyTokens = Array.from({ length: 1_000 }, (_, index) => make(namespaces[index % namespaces.length]))

/** A token that a key delegated. What it says has a length of its own, as long as a header may be. */
function delegate(namespace = 'tk_live', scopes: readonly string[] = []): string {
  const key = createSecretKey(Buffer.alloc(32, 7))
  const marks = { epoch: 'x'.repeat(11), own: 'y'.repeat(11) }
  const claims = { depth: 1, expiresAt: new Date(1), marks, scopes: [scopes], resources: {} }
  return writeChildToken(key, { namespace, keyId: newId(), id: newId() }, claims) ?? expect.unreachable()
}

const delegatedTokens = Array.from({ length: 100 }, (_, index) =>
  delegate(
    namespaces[index % namespaces.length],
    Array.from({ length: index }, (_, at) => `members.${at}`),
  ),
)
const tokens = [...keyTokens, ...delegatedTokens]

/** What each scanner takes out of its own file. */
const patterns: [string, string][] = [
  ['the regex', rules.regex],
  ['the gitleaks rule', /^regex = '''(.*)'''$/m.exec(rules.gitleaks)?.[1] ?? ''],
  ['the TruffleHog detector', /^ {6}token: '(.*)'$/m.exec(rules.trufflehog)?.[1] ?? ''],
]

/** Where gitleaks looks for secrets in its own tests, and in a text inside a text. */
const contexts: [string, (token: string) => string][] = [
  ['alone', (token) => token],
  ['INI, quoted', (token) => `apiToken="${token}"`],
  ['INI, spaced', (token) => `apiToken = ${token}`],
  ['an environment file', (token) => `API_TOKEN=${token}\nNEXT=1`],
  ['JSON', (token) => `{\n  "api_token": "${token}"\n}`],
  ['escaped JSON', (token) => JSON.stringify(JSON.stringify({ api_token: token }))],
  ['escaped lines', (token) => JSON.stringify({ file: `first\n${token}\nlast` })],
  ['escaped tabs and returns', (token) => JSON.stringify({ file: `\t${token}\r` })],
  ['XML', (token) => `<apiToken>${token}</apiToken>`],
  ['XML, lines', (token) => `<apiToken>\n    ${token}\n</apiToken>`],
  ['YAML', (token) => `api_token: ${token}`],
  ['YAML, single quotes', (token) => `api_token: '${token}'`],
  ['YAML, double quotes', (token) => `api_token: "${token}"`],
  ['YAML, literal', (token) => `api_token: |\n  ${token}\n`],
  ['C#', (token) => `string apiToken = "${token}";`],
  ['Go', (token) => `apiToken := \`${token}\``],
  ['PHP', (token) => `$apiToken .= "${token}"`],
  ['Python', (token) => `apiToken = '${token}'`],
  ['CSV', (token) => `apiToken,${token},`],
  ['Logstash', (token) => `  "apiToken" => "${token}"`],
  ['make', (token) => `API_TOKEN :::= "${token}"`],
  ['a header', (token) => `curl -H 'Authorization: Bearer ${token}' https://api.example`],
  ['a URL', (token) => `https://api.example/?key=${token}&page=2`],
  ['Windows lines', (token) => `a=1\r\nkey=${token}\r\n`],
]

/** Expects that a pattern finds none of the tokens, once they are changed. */
function expectNone(pattern: string, of: readonly string[], change: (token: string) => string): void {
  const changed = of.map(change)
  expect(changed.filter((text, index) => text === of[index])).toEqual([])
  for (const [, write] of contexts) {
    expect(changed.filter((text) => new RegExp(pattern).test(write(text)))).toEqual([])
  }
}

describe('secretScanning (TOK-13)', () => {
  it('returns files that the scanners can read', () => {
    const { regex, gitleaks, trufflehog } = secretScanning(['tk_live', 'ak'])
    expect(regex).toBe(
      String.raw`(?:\b|\\[nrt])((?:tk_live|ak)_[0-9A-Za-z]{12}_(?:[0-9A-Za-z]{38}|[0-9A-Za-z]{12}_[0-9A-Za-z]{71,}))\b`,
    )
    expect(gitleaks).toBe(`[[rules]]
id = "tk_live-api-key"
description = "API key: tk_live, ak"
regex = '''${regex}'''
keywords = ["tk_live_", "ak_"]
`)
    expect(trufflehog).toBe(`detectors:
  - name: tk_live-api-key
    keywords:
      - tk_live_
      - ak_
    regex:
      token: '${regex}'
`)
  })

  it('uses only syntax that RE2, Hyperscan and JavaScript have in common', () => {
    // Groups, alternation, \b, an escaped backslash, character sets, repetition (RE2 counts to 1000), literals: no look-around, no
    // back-reference, nothing possessive.
    expect(rules.regex).toMatch(/^(?:\((?:\?:)?|\)|\||\\b|\\\\|\[(?:[a-zA-Z0-9]|-)+\]|\{\d{1,3},?\}|[a-z0-9_])+$/)
  })

  describe.each(patterns)('the pattern for %s', (_, pattern) => {
    it.each(contexts)('finds 1000 tokens of keys and 100 delegated ones in %s', (_, write) => {
      const missed = tokens.filter((token) => new RegExp(pattern).exec(write(token))?.[1] !== token)
      expect(missed).toEqual([])
    })

    it('finds every token in a text', () => {
      const found = [...tokens.join('\n').matchAll(new RegExp(pattern, 'g'))].map((match) => match[1])
      expect(found).toEqual(tokens)
    })

    it.each<[string, (token: string) => string]>([
      ['one character short', (token) => token.slice(0, -1)],
      ['one character long', (token) => `${token}0`],
      ['a short id', (token) => token.replace(/_(.{11}).(_[^_]*)$/, '_$1$2')],
      ['a long id', (token) => token.replace(/_(.{12})(_[^_]*)$/, '_$10$2')],
      ['a secret of two words', (token) => `${token.slice(0, -9)}-${token.slice(-8)}`],
      ['no underscore after the id', (token) => token.replace(/_([^_]*)$/, '0$1')],
      ['upper case', (token) => token.toUpperCase()],
      ['a longer word around it', (token) => `x${token}`],
      ['an underscore after it', (token) => `${token}_`],
      ['another namespace', (token) => token.replace(/^tk(_live|_test)?/, 'zz')],
      ['its preview', (token) => token.replace(/(_.{4})[^_]{8}_[^_]*$/, '$1…')],
    ])('does not match a token with %s', (_, change) => {
      expectNone(pattern, keyTokens, change)
    })

    it.each<[string, (token: string) => string]>([
      ['a body that is too short', (token) => token.replace(/_([^_]{70})[^_]*$/, '_$1')],
      ['a short id', (token) => token.replace(/_(.{11}).(_[^_]*)$/, '_$1$2')],
      ['no underscore after its own id', (token) => token.replace(/_([^_]*)$/, '0$1')],
      ['a longer word around it', (token) => `x${token}`],
      ['an underscore after it', (token) => `${token}_`],
      ['another namespace', (token) => token.replace(/^tk(_live|_test)?/, 'zz')],
      ['nothing but its ids', (token) => token.replace(/_[^_]*$/, '')],
    ])('does not match a delegated token with %s', (_, change) => {
      expectNone(pattern, delegatedTokens, change)
    })
  })

  it('returns the keywords that scanners search for first', () => {
    const [, list = ''] = /^keywords = (.*)$/m.exec(rules.gitleaks) ?? []
    const forTrufflehog = [...rules.trufflehog.matchAll(/^ {6}- (.*)$/gm)].map((match) => match[1])
    expect(JSON.parse(list)).toEqual(forTrufflehog)
    for (const token of tokens) expect(forTrufflehog.some((keyword) => token.startsWith(`${keyword}`))).toBe(true)
  })

  it.each([22, 64])('finds tokens with secrets of %i characters, and these alone', (secretLength) => {
    const pattern = new RegExp(secretScanning(['tk'], { secretLength }).regex)
    const token = make('tk', undefined, createTokenFactory({ secretLength }).newSecret())
    expect(pattern.exec(`key: ${token}`)?.[1]).toBe(token)
    expect(pattern.test(make('tk'))).toBe(false)
  })

  it.each([[[]], [['']], [['tk', 'TK']], [['tk_']], [["tk'''"]], [['tk|.*']], [['tk"\n[[rules]]']]])(
    'refuses as namespaces %j',
    (bad) => {
      expect(() => secretScanning(bad)).toThrow(InvalidInput)
      expect(() => secretScanning(bad)).toThrow(expect.objectContaining({ field: 'namespaces' }))
    },
  )

  it.each([21, 65, 0, -1, 32.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses secrets of %s characters, which no token has',
    (secretLength) => {
      expect(() => secretScanning(['tk'], { secretLength })).toThrow(
        expect.objectContaining({ name: 'InvalidInput', field: 'secretLength' }),
      )
    },
  )
})
