import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientConfig, clientIds } from '../../src/client-config/index.js'
import { readCursorLink, readEntry, readShell, readVsCodeLink, textsIn } from './read-back.js'

const client = fc.constantFrom(...clientIds)
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
const env = fc.constant('SAMPLE_API_KEY')

const visible = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(`it's "x" \\`, '`id`', '# no', '%PATH%', 'a: [b', '!!', '~', '=ls'),
  )
  .map((text) => text.replace(/[$\p{C}\p{Zl}\p{Zp}]/gu, ''))
const local = fc.record({
  name,
  env,
  command: visible.map((word) => `x${word}`),
  args: fc.array(visible, { maxLength: 5 }),
})

const hostile = fc.constantFrom(
  `$`,
  `$HOME`,
  '$' + '{HOME}',
  `$(id)`,
  `'`,
  '`id`',
  `\\`,
  `|`,
  `%22`,
  `%27;id;`,
  `&`,
  '{{x}}',
  '^',
)
const piece = fc
  .array(fc.oneof(hostile, fc.stringMatching(/^[!-~]{0,4}$/)), { maxLength: 4 })
  .map((parts) => parts.join(''))
const remote = fc.record({ name, env, path: piece, query: piece }).map(({ path, query, ...rest }) => ({
  ...rest,
  url: `https://api.example.com/mcp/${path.replace(/[#?\\]/g, '')}?projectId=${query.replace(/#/g, '')}`,
}))

const placeholders =
  /\$\{SAMPLE_API_KEY\}|\$\{env:SAMPLE_API_KEY\}|\$\{input:[\w-]+\}|\$\{\{ secrets\.SAMPLE_API_KEY \}\}|\$\{AUTH_HEADER\}/g

const whereIn = (texts: readonly string[]): URL => new URL(texts.find((text) => text.startsWith('https://')) ?? '')

describe('for all valid options', () => {
  it('the URL keeps its meaning in file, link and command', () => {
    fc.assert(
      fc.property(client, remote, (id, options) => {
        const { files, link = '' } = clientConfig(id, options)
        const told = files.map((file) => whereIn(textsIn(readEntry(file, options.name))))
        if (id === 'cursor') told.push(whereIn(textsIn(readCursorLink(link).entry)))
        if (id === 'vs-code') told.push(whereIn(textsIn(readVsCodeLink(link))))
        const { origin, pathname, searchParams } = new URL(options.url)
        const decoded = (path: string): string =>
          path.replace(/%(?:24|27|5E|60|7B|7C|7D)/g, (hex) => decodeURIComponent(hex))
        for (const url of told) {
          expect(url.origin).toBe(origin)
          expect(decoded(url.pathname)).toBe(decoded(pathname))
          expect([...url.searchParams]).toEqual([...searchParams])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a command and its arguments arrive unchanged in file and link', () => {
    fc.assert(
      fc.property(client, local, (id, options) => {
        const { files, link = '' } = clientConfig(id, options)
        const entries = files.map((file) => readEntry(file, options.name))
        const linked = id === 'cursor' ? readCursorLink(link).entry : id === 'vs-code' ? readVsCodeLink(link) : {}
        for (const { command, args } of entries) expect({ command, args }).toEqual(pick(options))
        if (link !== '') expect(linked).toMatchObject(pick(options))
      }),
      { numRuns: 500 },
    )
  })

  it('the text has nothing that a client expands, except the placeholder', () => {
    fc.assert(
      fc.property(client, fc.oneof(remote, local), (id, options) => {
        const { files, command = '', link = '' } = clientConfig(id, options)
        const entry = link.startsWith('cursor:') ? JSON.stringify(readCursorLink(link)) : decodeURIComponent(link)
        for (const text of [...files.map((file) => file.text), command, entry]) {
          expect(text.match(placeholders)?.length ?? 0).toBeLessThanOrEqual(1)
          expect(text.replace(placeholders, '')).not.toContain('$')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('a POSIX shell reads each command as the intended words', () => {
    const samples = fc.sample(fc.tuple(fc.constantFrom('claude-code', 'codex'), fc.oneof(remote, local)), 300)
    const commands = samples.flatMap(([id, options]) => {
      const { command, files } = clientConfig(id, options)
      return command === undefined || !files[0] ? [] : [{ command, entry: readEntry(files[0], options.name), options }]
    })
    const read = readShell(commands.map(({ command }) => command))
    expect(read).toHaveLength(commands.length)
    expect(commands.length).toBeGreaterThan(100)
    for (const [index, { entry, options }] of commands.entries()) {
      const words = read[index] ?? []
      expect(words.slice(1, 3)).toEqual(['mcp', 'add'])
      expect(words).toContain(options.name)
      expect(words.join(' ')).not.toContain('expanded')
      if ('url' in options) expect(words).toContain(entry.url)
      else expect(words.slice(words.indexOf('--') + 1)).toEqual([options.command, ...options.args])
    }
  })
})

function pick({ command, args }: { command: string; args: string[] }): object {
  return { command, args }
}
