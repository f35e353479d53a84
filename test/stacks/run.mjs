// Packs what would be published and installs it in empty folders, each with another stack of a host. There, an app is built,
// started and called as its own users would. Run after a build. Usage: node test/stacks/run.mjs [name…]
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { npmInstall, packInto } from '../support/pack.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'keywright-stacks-'))

/** A folder, and the packages that its app needs of ours. `POST` of a path that the key may only read is refused. */
const stacks = {
  'express in JavaScript, as the README says': {
    packages: ['core', 'express', 'kysely'],
    prepare: asTheReadmeSays,
    expected: { 'not allowed': '404' },
  },
  'express in CommonJS TypeScript': { from: 'test/stacks/express-commonjs', packages: ['core', 'express', 'kysely'] },
  'fastify with Drizzle on PostgreSQL, in one transaction': {
    from: 'test/stacks/fastify-drizzle',
    packages: ['core', 'fastify', 'kysely'],
    env: {
      DATABASE_URL: process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
      SCHEMA: `keywright_stack_${process.pid}`,
    },
    // With the driver that the stack itself has installed.
    end: async (folder, { DATABASE_URL, SCHEMA }) => {
      const { default: pg } = await import(pathToFileURL(join(folder, 'node_modules/pg/esm/index.mjs')).href)
      const client = new pg.Client({ connectionString: DATABASE_URL })
      await client.connect()
      await client.query(`drop schema if exists ${SCHEMA} cascade`)
      await client.end()
    },
  },
  'hono, minified by esbuild': { from: 'test/stacks/hono-minified', packages: ['core', 'hono', 'kysely'] },
  nest: { from: 'examples/nest', packages: ['core', 'kysely', 'mcp'], mcp: '/mcp' },
  // Called as by the proxy that it stands behind, and past it.
  next: {
    from: 'examples/next',
    packages: ['api', 'core', 'dashboard', 'kysely', 'mcp'],
    mcp: '/mcp',
    settings: '/settings/api-keys',
    headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' },
    expected: { 'without a proxy': '403 api_key_sent_in_clear' },
  },
}

/** The first example of the README, as a JavaScript file, with the packages that it names. */
function asTheReadmeSays(folder) {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  const [, others] = /npm install .*\.tgz (.*)/.exec(readme) ?? []
  writeFileSync(join(folder, 'server.js'), example)
  const manifest = {
    name: 'tasks',
    private: true,
    type: 'module',
    scripts: { start: 'node --env-file=.env server.js' },
  }
  const dependencies = Object.fromEntries([...others.split(' '), 'libsql'].map((name) => [name, '*']))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }))
}

async function prepare(name, { from, packages, prepare: fill }, tarballs) {
  const folder = join(work, name.replace(/\W+/g, '-'))
  mkdirSync(folder)
  if (from !== undefined) {
    const own = (path) => !/[\\/](node_modules|dist|\.next)$/.test(path)
    cpSync(join(root, from), folder, { recursive: true, filter: own })
  }
  fill?.(folder)
  writeFileSync(join(folder, '.env'), `KEYWRIGHT_PEPPER=${randomBytes(32).toString('base64')}\n`)
  await npmInstall(
    folder,
    packages.map((one) => tarballs[one]),
  )
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (scripts.build !== undefined) {
    const { stdout, stderr } = await execute('npm', ['run', 'build'], { cwd: folder, env: hostEnv(folder) })
    // A host whose build warns about us has to find out whether it matters.
    const warnings = `${stdout}${stderr}`.split('\n').filter((line) => /warn/i.test(line) && /keywright/i.test(line))
    if (warnings.length > 0) throw new Error(warnings.join('\n'))
  }
  return folder
}

/** What a host's shell has, and the secret that its own start script or platform reads from `.env`. */
function hostEnv(folder, more = {}) {
  const { PATH, HOME } = process.env
  const [, pepper] = /KEYWRIGHT_PEPPER=(.*)/.exec(readFileSync(join(folder, '.env'), 'utf8'))
  return { PATH, HOME, CI: 'true', NEXT_TELEMETRY_DISABLED: '1', KEYWRIGHT_PEPPER: pepper, ...more }
}

/** Starts the app, and returns the key and the address of the curl line that it prints. */
async function start(folder, env) {
  // A process group of its own: `npm start` starts another process.
  const app = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env: hostEnv(folder, env),
    detached: true,
  })
  let output = ''
  const stop = () =>
    new Promise((resolve) => {
      app.once('close', resolve)
      try {
        process.kill(-app.pid, 'SIGTERM')
      } catch {
        resolve() // It has ended by itself.
      }
    })
  const line = await new Promise((resolve, reject) => {
    const read = (data) => {
      output += data
      const found = /'Authorization: Bearer (\S+)' (\S+)/.exec(output)
      if (found !== null) resolve(found)
    }
    app.stdout.on('data', read)
    app.stderr.on('data', read)
    app.once('close', () => reject(new Error(`it ended:\n${output}`)))
    setTimeout(() => reject(new Error(`it prints no curl line in two minutes:\n${output}`)), 120_000).unref()
  }).catch(async (error) => {
    await stop()
    throw error
  })
  return { token: line[1], url: line[2], stop, output: () => output }
}

/** Asks until the server listens: some print their line before. */
async function ask(url, options) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch(url, options)
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function call({ token, url }, headers = {}) {
  const answers = {}
  const note = async (name, response) => {
    const body = await response.json().catch(() => ({}))
    answers[name] = `${response.status} ${body.code ?? body.askedBy?.id ?? ''}`.trim()
  }
  const bearer = { ...headers, authorization: `Bearer ${token}` }
  await note('good', await ask(url, { headers: bearer }))
  await note('in X-API-Key', await ask(url, { headers: { ...headers, 'x-api-key': token } }))
  await note('none', await ask(url, { headers }))
  const last = token.at(-1) === 'a' ? 'b' : 'a'
  const mistyped = { ...headers, authorization: `Bearer ${token.slice(0, -1)}${last}` }
  await note('mistyped', await ask(url, { headers: mistyped }))
  await note('without a proxy', await ask(url, { headers: { authorization: `Bearer ${token}` } }))
  await note('not allowed', await ask(url, { method: 'POST', headers: bearer }))
  return answers
}

/** What the official client hears of the MCP server of the app: once as a legacy and once as a modern client. */
async function callMcp(url, token, headers = {}) {
  const connect = async (mode, bearer) => {
    const client = new Client({ name: 'stacks', version: '1.0.0' }, { versionNegotiation: { mode } })
    const requestInit = { headers: { ...headers, authorization: `Bearer ${bearer}` } }
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
    return client
  }
  const answers = {}
  for (const mode of ['legacy', 'auto']) {
    const client = await connect(mode, token)
    const version = client.getNegotiatedProtocolVersion()
    const call = async (name) => {
      const result = await client.callTool({ name, arguments: {} }).catch(({ message }) => message)
      return typeof result === 'string' ? result : result.content[0].text
    }
    const { tools } = await client.listTools()
    answers[`tools in ${version}`] = tools.map(({ name }) => name).join()
    answers[`allowed in ${version}`] = await call('tasks_list')
    answers[`not allowed in ${version}`] = await call('tasks_add')
    await client.close()
    answers[`bad key in ${version}`] = await connect(mode, `${token}x`).then(
      () => 'connected',
      ({ message }) => (/not a valid API key|HTTP 401/.test(message) ? 'refused' : message),
    )
  }
  return answers
}

const expectedOfMcp = Object.fromEntries(
  ['2025-11-25', '2026-07-28'].flatMap((version) => [
    [`tools in ${version}`, 'tasks_list'],
    [`allowed in ${version}`, 'Write the release notes, asked by ada'],
    [`not allowed in ${version}`, 'Tool tasks_add not found'],
    [`bad key in ${version}`, 'refused'],
  ]),
)

/** What the settings page of the app is made of, and what its management API says to whoever has signed in and to others. */
async function callSettings(page) {
  const describe = ({ status, headers }) =>
    `${status} ${headers.get('content-type')}, ${headers.get('cache-control')}, ${headers.get('x-content-type-options')}`
  const document = await fetch(page)
  const [script, style] = ['js', 'css'].map((kind) => new RegExp(`"(\\./[^"]+\\.${kind})"`))
  const html = await document.text()
  const file = (name) => fetch(new URL(name.exec(html)?.[1] ?? 'missing', page))
  const code = await file(script)
  const list = (cookie) => fetch(new URL('/api/api-keys', page), { headers: { cookie } })
  return {
    'settings page': describe(document),
    'its policy': document.headers.get('content-security-policy'),
    'its script': describe(code),
    'its element': (await code.text()).includes('keywright-settings') ? 'defined' : 'missing',
    'its stylesheet': describe(await file(style)),
    'its API, signed out': `${(await list('')).status}`,
    'its API, signed in': (await (await list('user=ada')).json()).data.map(({ name }) => name).join(),
  }
}

const forEver = 'public, max-age=31536000, immutable, nosniff'
const expectedOfSettings = {
  'settings page': '200 text/html; charset=utf-8, no-store, nosniff',
  'its policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
  'its script': `200 text/javascript; charset=utf-8, ${forEver}`,
  'its element': 'defined',
  'its stylesheet': `200 text/css; charset=utf-8, ${forEver}`,
  'its API, signed out': '401',
  'its API, signed in': 'my first key',
}

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const hasChromium = existsSync(chromiumPath)

/** Creates a key on the settings page, as a person does, and uses it. */
async function useSettings(page, url, headers) {
  const { chromium } = createRequire(join(root, 'packages/dashboard/package.json'))('playwright-core')
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--headless', '--no-sandbox'] })
  try {
    const tab = await browser.newPage()
    const faults = []
    tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    tab.on('pageerror', (error) => faults.push(String(error)))
    await tab.context().addCookies([{ name: 'user', value: 'ada', url: page.origin }])
    await tab.goto(page.href)
    await tab.getByRole('row', { name: /my first key/ }).waitFor()
    await tab.getByRole('link', { name: 'Create key' }).click()
    await tab.getByRole('textbox', { name: 'Name' }).fill('of the page')
    await tab.getByRole('button', { name: 'Create key' }).click()
    const token = await tab.getByRole('region', { name: 'Token of of the page' }).getByRole('code').textContent()
    const response = await fetch(url, { headers: { ...headers, authorization: `Bearer ${token}` } })
    await tab.getByRole('button', { name: 'Done' }).click()
    await tab.getByRole('button', { name: 'Yes, close' }).click()
    const shown = await tab.getByRole('row', { name: /of the page/ }).textContent()
    const answers = { 'in Chromium': faults.join() || 'no fault', 'key of the page': String(response.status) }
    return { ...answers, 'its row': /of the page.*Active/.test(shown) ? 'active' : shown }
  } finally {
    await browser.close()
  }
}

const expectedInChromium = { 'in Chromium': 'no fault', 'key of the page': '200', 'its row': 'active' }

const expected = {
  good: '200 ada',
  'in X-API-Key': '200 ada',
  none: '401 api_key_missing',
  mistyped: '401 api_key_invalid',
  'not allowed': '403 insufficient_scope',
}

function freePort() {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function run(name, stack, tarballs) {
  const folder = await prepare(name, stack, tarballs)
  const app = await start(folder, { ...stack.env, PORT: String(await freePort()) })
  try {
    const answers = await call(app, stack.headers)
    const wanted = { ...expected, ...stack.expected }
    if (stack.mcp !== undefined) {
      Object.assign(answers, await callMcp(new URL(stack.mcp, app.url), app.token, stack.headers))
      Object.assign(wanted, expectedOfMcp)
    }
    if (stack.settings !== undefined) {
      const page = new URL(stack.settings, app.url)
      Object.assign(answers, await callSettings(page))
      Object.assign(wanted, expectedOfSettings)
      if (hasChromium) {
        // A page that does not come up is told together with what the requests above found.
        const failed = ({ message }) => ({ 'in Chromium': message })
        Object.assign(answers, await useSettings(page, app.url, stack.headers).catch(failed))
        Object.assign(wanted, expectedInChromium)
      }
    }
    const wrong = Object.keys(wanted).filter((key) => answers[key] !== wanted[key])
    if (wrong.length > 0) {
      const lines = wrong.map((key) => `${key}: ${answers[key]}, expected ${wanted[key]}`)
      throw new Error([...lines, app.output()].join('\n'))
    }
    return Object.keys(wanted).length
  } finally {
    await app.stop()
    await stack.end?.(folder, stack.env)
  }
}

let failed = 0
try {
  const packed = join(work, 'tarballs')
  mkdirSync(packed)
  const tarballs = await packInto(packed, ['api', 'core', 'dashboard', 'express', 'fastify', 'hono', 'kysely', 'mcp'])
  const asked = process.argv.slice(2)
  const chosen = Object.entries(stacks).filter(
    ([name]) => asked.length === 0 || asked.some((word) => name.includes(word)),
  )
  if (chosen.length === 0) throw new Error(`No stack is named so: there are ${Object.keys(stacks).join('; ')}`)
  for (const [name, stack] of chosen) {
    const begun = Date.now()
    try {
      const answers = await run(name, stack, tarballs)
      console.log(`ok   ${name}: ${answers} answers as expected, ${Math.round((Date.now() - begun) / 1000)} s`)
    } catch (error) {
      failed += 1
      console.log(`FAIL ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
