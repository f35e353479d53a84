import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { frameworkIds, frameworks, ranges } from '../src/starters/frameworks.js'
import { newFolder, type Ran, type RunOptions, runHere } from './support/cli-world.js'

const root = join(import.meta.dirname, '../../..')

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = newFolder()
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  return folder
}

const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8')
const pepperIn = (folder: string): string => /^KEYWRIGHT_PEPPER=([\w-]{43})$/m.exec(read(folder, '.env'))?.[1] ?? ''
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
const init = (folder: string, line: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  runHere(['init', ...line], { folder, ...options })

const ofEach = ['.env', '.env.example', '.gitignore', 'keyring.js', 'keywright.config.js', 'package.json'] as const
const ofNext = ['app/tasks/route.js', 'instrumentation.js', 'next.config.js', 'require-key.js'] as const

describe.each(frameworkIds)('keywright init --framework %s, in an empty folder', (id) => {
  const expected = [...ofEach, ...(id === 'next' ? ofNext : ['server.js'])].sort()

  it('writes the whole starter, and says so without the pepper', async () => {
    const folder = newFolder()
    const { code, out, err } = await init(folder, ['--framework', id])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(filesIn(folder)).toEqual(expected)
    for (const path of expected) expect(out).toContain(`Created ${path}\n`)
    expect(out).toContain('  npm install\n')
    expect(pepperIn(folder)).not.toBe('')
    expect(out).not.toContain(pepperIn(folder))
    expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
    expect(read(folder, '.env.example')).toMatch(/^KEYWRIGHT_PEPPER=$/m)
    expect(read(folder, '.gitignore').split('\n')).toEqual(
      expect.arrayContaining(['.env', 'keys.sqlite*', 'node_modules']),
    )
  })

  it('names each package that its files import, and starts', async () => {
    const folder = newFolder()
    await init(folder, ['--framework', id])
    const { type, scripts, dependencies, devDependencies } = JSON.parse(read(folder, 'package.json'))
    expect(type).toBe('module')
    expect(scripts).toHaveProperty('start')
    const code = expected.filter((path) => path.endsWith('.js')).map((path) => read(folder, path))
    const imported = code.flatMap((text) => [...text.matchAll(/from '([^'.][^']*)'/g)].map(([, name = '']) => name))
    const packages = imported
      .filter((name) => !name.startsWith('node:'))
      .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0])
    expect(packages.length).toBeGreaterThan(2)
    expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining(packages))
    for (const range of Object.values({ ...dependencies, ...devDependencies })) expect(range).toMatch(/^\^\d+/)
  })

  it('writes what its quick start shows, word for word', () => {
    const page = readFileSync(join(root, 'docs/quick-start', `${id}.md`), 'utf8')
    const shown = [...page.matchAll(/[Ss]ave this as `([^`]+)`.*\n\n```js\n([\s\S]*?)```/g)].map(
      ([, path = '', code = '']) => [path, code] as const,
    )
    const { 'keywright.config.js': _, ...files } = frameworks[id].files
    const templates = Object.entries(files).map(
      ([path, template]) => [path, readFileSync(join(import.meta.dirname, '../templates', template), 'utf8')] as const,
    )
    expect(shown.toSorted()).toEqual(templates.toSorted())
    expect(page).toContain(`npx keywright init --framework ${id}`)
  })
})

describe('a new project', () => {
  it('asks for the versions that this repository is tested with', () => {
    const { catalog } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
    const { dependencies } = JSON.parse(readFileSync(join(root, 'examples/next/package.json'), 'utf8'))
    const { next, react, 'react-dom': dom } = dependencies
    expect({ ...catalog, next, react, 'react-dom': dom }).toMatchObject(ranges)
  })

  it('is made in a folder that is not there yet, and is called after it', async () => {
    const folder = newFolder()
    const { code, out } = await init(folder, ['Deep/My Server!', '--framework', 'hono'])
    expect(code).toBe(0)
    expect(JSON.parse(read(folder, 'Deep/My Server!/package.json')).name).toBe('my-server')
    expect(out).toContain('  cd Deep/My Server!\n')
  })

  it('has another pepper each time', async () => {
    const [one, two] = [newFolder(), newFolder()]
    await Promise.all([one, two].map((folder) => init(folder, ['--framework', 'express'])))
    expect(pepperIn(one)).not.toBe(pepperIn(two))
  })

  it('is only described with --dry-run', async () => {
    const folder = newFolder()
    const { code, out } = await init(folder, ['--framework', 'next', '--dry-run', '--install'])
    expect(code).toBe(0)
    expect(out.split('\n')).toContain('Would create app/tasks/route.js')
    expect(readdirSync(folder)).toEqual([])
  })

  it('is described to programs, without the pepper', async () => {
    const folder = newFolder()
    const { code, out } = await init(folder, ['--framework', 'mcp', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      folder,
      framework: 'mcp',
      packageManager: 'npm',
      dryRun: false,
      files: expect.arrayContaining([
        { path: 'server.js', action: 'create' },
        { path: '.env', action: 'create' },
      ]),
      install: ['npm install'],
      installed: false,
      next: expect.arrayContaining(['npm run start']),
    })
    expect(out).not.toContain(pepperIn(folder))
  })

  it('keeps .env out of repositories before there is one', async () => {
    const { out } = await init(newFolder(), ['--framework', 'express', '--dry-run'])
    expect(out.indexOf('.gitignore')).toBeLessThan(out.indexOf('create .env\n'))
  })
})

describe('an existing project', () => {
  const express = JSON.stringify({ type: 'module', dependencies: { express: '^5.0.0', kysely: '^0.28.0' } })

  it('keeps its server and its package.json, and gets what it lacks', async () => {
    const folder = folderWith({
      'package.json': express,
      'server.js': 'mine',
      'pnpm-lock.yaml': '',
      '.env': 'PORT=1',
      '.gitignore': '/node_modules/\n.env\n',
    })
    const { code, out } = await init(folder)
    expect(code).toBe(0)
    expect(read(folder, 'package.json')).toBe(express)
    expect(read(folder, 'server.js')).toBe('mine')
    expect(read(folder, '.env')).toMatch(/^PORT=1\nKEYWRIGHT_PEPPER=[\w-]{43}\n$/)
    expect(read(folder, '.gitignore')).toBe('/node_modules/\n.env\nkeys.sqlite*\n')
    expect(existsSync(join(folder, 'keywright.config.js'))).toBe(true)
    expect(out).toContain('Added to .env\n')
    expect(out).toMatch(/ {2}pnpm add @keywright\/core @keywright\/express @keywright\/kysely( libsql)?\n/)
    expect(out).toContain('  pnpm add --save-dev keywright\n')
    expect(out).not.toContain(pepperIn(folder))
  })

  it('keeps a pepper that it has', async () => {
    const pepper = 'export KEYWRIGHT_PEPPER="canary-of-a-pepper"\n'
    const folder = folderWith({ 'package.json': express, '.env': pepper })
    const { out } = await init(folder)
    expect(read(folder, '.env')).toBe(pepper)
    expect(out).toContain('Left as it was: .env\n')
    expect(out).not.toContain('canary')
  })

  it.each([['keyring.js'], ['keywright.config.js'], ['keywright.config.ts'], ['keywright.config.mjs']])(
    'is left alone where it has %s',
    async (path) => {
      const folder = folderWith({ 'package.json': express, [path]: 'mine' })
      const { code, out, err } = await init(folder, ['--framework', 'express'])
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(`init overwrites no file, and ${folder} has: ${path}.`)
      expect(filesIn(folder)).toEqual([path, 'package.json'].sort())
      expect(read(folder, path)).toBe('mine')
    },
  )

  it.each([
    [{}, ['keyring.mjs', 'keywright.config.mjs'], './keyring.mjs'],
    [{ type: 'commonjs' }, ['keyring.mjs', 'keywright.config.mjs'], './keyring.mjs'],
    [{ type: 'module' }, ['keyring.js', 'keywright.config.js'], './keyring.js'],
  ])('of %j gets ES modules', async (manifest, names, imported) => {
    const folder = folderWith({ 'package.json': JSON.stringify(manifest) })
    await init(folder, ['--framework', 'fastify'])
    expect(filesIn(folder)).toEqual(expect.arrayContaining(names))
    expect(read(folder, names[1] ?? '')).toContain(`'${imported}'`)
  })

  it.each([
    ['module', ['keyring.ts', 'keywright.config.ts'], './keyring.js'],
    ['commonjs', ['keyring.mts', 'keywright.config.mts'], './keyring.mjs'],
  ])('in TypeScript, as %s, gets TypeScript', async (type, names, imported) => {
    const folder = folderWith({ 'package.json': JSON.stringify({ type }), 'tsconfig.json': '{}' })
    await init(folder, ['--framework', 'express'])
    expect(filesIn(folder)).toEqual(expect.arrayContaining(names))
    expect(read(folder, names[1] ?? '')).toContain(`'${imported}'`)
  })

  it('with Next gets JavaScript, a wrapper of route handlers, and no route', async () => {
    const folder = folderWith({ 'package.json': '{"dependencies":{"next":"16"}}', 'tsconfig.json': '{}' })
    const { code, out } = await init(folder)
    expect(code).toBe(0)
    expect(filesIn(folder)).toEqual(expect.arrayContaining(['keyring.mjs', 'require-key.mjs']))
    expect(existsSync(join(folder, 'app'))).toBe(false)
    expect(read(folder, 'require-key.mjs')).toContain("'./keyring.mjs'")
    expect(out).toContain('serverExternalPackages')
  })

  it.each([
    ['package-lock.json', undefined, 'npm'],
    ['yarn.lock', undefined, 'yarn'],
    ['bun.lock', 'pnpm/9.0.0 npm/? node/v20', 'bun'],
    [undefined, 'pnpm/9.0.0 npm/? node/v20', 'pnpm'],
    [undefined, 'other/1', 'npm'],
  ])('with %s, started by %s, is told what to type into %s', async (lockfile, starter, expected) => {
    const folder = folderWith({ 'package.json': express, ...(lockfile === undefined ? {} : { [lockfile]: '' }) })
    mkdirSync(join(folder, 'server'))
    writeFileSync(join(folder, 'server/package.json'), express)
    const env = { npm_config_user_agent: starter }
    const { out } = await init(folder, ['server', '--json'], { env })
    expect(JSON.parse(out).packageManager).toBe(expected)
  })

  it('whose package.json is none is refused', async () => {
    const folder = folderWith({ 'package.json': '{ "name": ' })
    expect(await init(folder, ['--framework', 'express'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('(unreadable_file)'),
    })
    expect(filesIn(folder)).toEqual(['package.json'])
  })
})

describe('the framework', () => {
  const two = JSON.stringify({ dependencies: { express: '5' }, devDependencies: { hono: '4' } })

  it('must be named where nobody can be asked', async () => {
    expect(await init(newFolder())).toMatchObject({
      code: 2,
      err: '--framework is missing: one of express, fastify, hono, next, mcp. (usage)\n',
    })
    expect(await init(folderWith({ 'package.json': two }))).toMatchObject({
      code: 2,
      err: expect.stringContaining('package.json names express and hono.'),
    })
    expect(await init(newFolder(), ['--framework', 'koa'])).toMatchObject({ code: 2 })
  })

  it('is asked for at a terminal', async () => {
    const folder = newFolder()
    const { code, err } = await init(folder, [], { keys: ['\u001b[B', '\r'] })
    expect(code).toBe(0)
    expect(err).toContain('What is the server made with?')
    expect(JSON.parse(read(folder, 'package.json')).dependencies).toHaveProperty('fastify')
  })

  it('is not chosen by Ctrl-C', async () => {
    const folder = newFolder()
    expect(await init(folder, [], { keys: ['\u0003'] })).toMatchObject({ code: 130 })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('--install', () => {
  /** A package manager that says what it was told, and where. */
  function withManager(name: string, body: string) {
    const bin = newFolder()
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    return { PATH: `${bin}:${process.env.PATH}` }
  }

  it('runs the package manager in the folder of the project', async () => {
    const folder = folderWith({ 'package.json': '{"dependencies":{"express":"5"}}', 'yarn.lock': '' })
    const env = withManager('yarn', 'echo "$@" >> told; pwd >> told')
    const { code, out } = await init(folder, ['--install', '--json'], { env })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ installed: true })
    const told = read(folder, 'told').split('\n')
    expect(told[0]).toMatch(/^add @keywright\/core @keywright\/express @keywright\/kysely kysely( libsql)?$/)
    expect(told.slice(1)).toEqual([folder, 'add --dev keywright', folder, ''])
  })

  it('says what failed, and what to run', async () => {
    const env = withManager('npm', 'echo no such registry >&2; exit 1')
    const folder = newFolder()
    const { code, out, err } = await init(folder, ['--framework', 'hono', '--install'], { env })
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(err).toBe(
      'All files are written, but this did not work: npm install. Run it yourself: no such registry (install_failed)\n',
    )
    expect(existsSync(join(folder, 'server.js'))).toBe(true)
  })
})

it('says which file cannot be written', async () => {
  const folder = folderWith({ taken: '' })
  const { code, err } = await init(folder, ['taken', '--framework', 'express'])
  expect(code).toBe(2)
  expect(err).toContain(join(folder, 'taken'))
})
