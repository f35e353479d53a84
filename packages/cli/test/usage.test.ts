import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../src/commands/index.js'
import { newFolder, runHere, sqlite } from './support/cli-world.js'

const canary = 'tk_live_a1B2c3D4e5F6_c4N4ryc4N4ryc4N4ryc4N4ryc4N4ryXX'

describe('a command line that is wrong', () => {
  it.each([
    [[], 'There is no command. See: keywright --help'],
    [['secrt'], 'Unknown command secrt. Did you mean secret?'],
    [['key', 'list'], 'Unknown command key. Did you mean keys?'],
    [['keys', 'lst'], 'Unknown command keys lst. Did you mean keys list?'],
    [['frobnicate'], 'Unknown command frobnicate. See: keywright --help'],
    [['Qwert7!'], 'Unknown command. See: keywright --help'],
    [['keys', '--json'], /^keywright keys needs one of: .*list/],
    [['keys', 'list', '--limt', '3'], 'Unknown option --limt. Did you mean --limit?'],
    [['keys', 'list', '--frobnicate'], 'Unknown option --frobnicate. See: keywright keys list --help'],
    [['keys', 'list', '-x'], 'Unknown option --x. See: keywright keys list --help'],
    [['keys', 'list', '--limit'], 'Option --limit needs a value: --limit=… .'],
    [['keys', 'list', '--limit', '--json'], 'Option --limit needs a value: --limit=… .'],
    [['keys', 'list', '--limit', '1', '--limit', '2'], 'Option --limit is given more than once.'],
    ...[[','], [' '], ['active,'], [',active']].map(
      ([value = '']) => [['keys', 'list', '--status', value], /^Option --status has an empty value/] as const,
    ),
    [['keys', 'update', 'a', '--allow-ip', ','], /^Option --allow-ip has an empty value/],
    [['verify', '--scope', ' , '], /^Option --scope has an empty value/],
    [['keys', 'list', '--json=yes'], 'Option --json takes no value.'],
    [['keys', 'list', '--status', 'active,dead'], /^Option --status must be one of active, /],
    [['keys', 'list', 'extra'], 'There is more than keywright keys list takes. See: keywright keys list --help'],
    [['secret', 'pasword'], 'kind must be one of pepper, audit.'],
  ] as const)('%j is refused: exit 2', async (line, message) => {
    const { code, out, err } = await runHere(line)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    const said =
      line.includes('--json' as never) && err.startsWith('{')
        ? JSON.parse(err).error.message
        : err.replace(/ \(usage\)\n$/, '')
    if (typeof message === 'string') expect(said).toBe(message)
    else expect(said).toMatch(message)
  })

  it.each([
    ['as a word', ['keys', 'list', canary]],
    ['as a value', ['keys', 'list', '--search', canary]],
    ['as a command', [canary]],
    ['as an option', ['keys', 'list', `--${canary}`]],
    ['in a header', ['keys', 'list', `Bearer ${canary}`]],
  ])('a token %s is refused, and is not repeated', async (_, line) => {
    const { code, out, err } = await runHere(line)
    expect(code).toBe(2)
    expect(err).toMatch(/^An argument looks like a token, and was not read: /)
    expect(out + err).not.toContain('c4N4ry')
  })

  it('is told to programs as JSON, beside the answer', async () => {
    const { code, out, err } = await runHere(['keys', 'list', '--limt=3', '--json'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(JSON.parse(err)).toEqual({
      error: { code: 'usage', message: 'Unknown option --limt. Did you mean --limit?' },
    })
  })
})

describe('help', () => {
  it('lists every command', async () => {
    const { code, out } = await runHere(['--help'])
    expect(code).toBe(0)
    for (const { name, summary } of commands)
      expect(out).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 10)}`, 'm'))
  })

  it.each(commands)(
    'of $name shows its options, and examples that are command lines of it',
    async ({ name, options, examples }) => {
      const { code, out } = await runHere([...name.split(' '), '-h'])
      expect(code).toBe(0)
      for (const option of Object.keys(options)) expect(out).toContain(`  --${option}`)
      expect(examples.length).toBeGreaterThan(0)
      for (const example of examples) {
        expect(example).toMatch(new RegExp(`(^|\\| keywright )${name}\\b`))
        // Every option in it is one of the command.
        const named = [...example.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option)
        expect(named.filter((option) => !(option in options) && option !== 'json')).toEqual([])
      }
    },
  )

  it('of a group shows its commands alone', async () => {
    const { code, out } = await runHere(['keys', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('keys list')
    expect(out).not.toContain('  migrate')
  })

  it('says its version', async () => {
    expect(await runHere(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('the place of the keys', () => {
  it('is asked for where there is none: exit 4', async () => {
    const { code, err } = await runHere(['keys', 'list'], { folder: newFolder() })
    expect(code).toBe(4)
    expect(err).toMatch(/^There is no keywright\.config\.ts here\. .*\(no_config\)\n$/)
  })

  it.each([
    [
      'a configuration that is not there',
      ['--config', 'nowhere.ts'],
      4,
      /There is no configuration at .*nowhere\.ts\./,
    ],
    [
      'two places',
      ['--config', 'a.ts', '--database-url', 'sqlite:a.db'],
      2,
      /^Give --config or --database-url, not both\./,
    ],
    ['tables of a configuration', ['--schema', 'x'], 2, /^--table-prefix and --schema go with --database-url/],
    [
      'an engine that there is not',
      ['--database-url', 'mongodb://u:c4N4ry@h/d'],
      2,
      /^The address of the database must begin with sqlite:/,
    ],
    [
      'a file that is not there',
      ['--database-url', 'sqlite:./nowhere.db'],
      2,
      /^There is no database at \/.*nowhere\.db\. keywright migrate makes it\./,
    ],
    ['a file without a name', ['--database-url', 'sqlite:'], 2, /^The address of a SQLite database must have the path/],
    [
      'a server that is away',
      ['--database-url', 'postgres://u:c4N4ry@127.0.0.1:1/d'],
      3,
      /^The key store did not answer: .*ECONNREFUSED.*\(store_unavailable\)/,
    ],
    [
      'a server that is away',
      ['--database-url', 'mysql://u:c4N4ry@127.0.0.1:1/d'],
      3,
      /^The key store did not answer: .*ECONNREFUSED.*\(store_unavailable\)/,
    ],
  ] as const)('is refused for %s', async (_, options, expected, message) => {
    const { code, out, err } = await runHere(['keys', 'list', ...options])
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('c4N4ry')
  })

  it.each([
    [
      'a server that is away',
      'postgres://u:c4N4ry@127.0.0.1:1/d',
      3,
      /^The migrations could not be run: .*ECONNREFUSED.*\(store_unavailable\)\n$/,
    ],
    [
      'a file that cannot be',
      'sqlite:/proc/nowhere/keys.db',
      2,
      /^The database at \/proc\/nowhere\/keys\.db cannot be opened: .*\(unreadable_file\)\n$/,
    ],
  ] as const)('is refused to migrations for %s', async (_, url, expected, message) => {
    const { code, out, err } = await runHere(['migrate', '--database-url', url])
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('c4N4ry')
  })

  it('is the database of the environment, where there is no configuration', async () => {
    const { options } = sqlite()
    const folder = newFolder()
    const [, url = ''] = options
    expect(await runHere(['migrate', ...options], { folder })).toMatchObject({ code: 0 })
    for (const name of ['DATABASE_URL', 'KEYWRIGHT_DATABASE_URL'])
      expect(await runHere(['keys', 'list'], { folder, env: { [name]: url } })).toMatchObject({ code: 0 })
  })

  it('is a file whose tables are missing: the answer says what to run', async () => {
    const { code, err } = await runHere(['keys', 'list', '--database-url', `sqlite:${join(newFolder(), 'a.db')}`])
    expect(code).toBe(2)
    expect(err).toContain('keywright migrate')
  })
})
