// Does what each page of docs/quick-start says, word for word, in an empty folder: its commands, its files and its calls. Each answer
// must be the one on the page. Run after a build. Usage: node test/quick-starts/run.mjs [page…]
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { publishAll, startRegistry } from '../publish/registry.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const pages = join(root, 'docs/quick-start')
const work = mkdtempSync(join(tmpdir(), 'keywright-quick-starts-'))

const registry = await startRegistry()
/** The shell of a reader, who has nothing set for this repository but where npm finds our packages. */
const env = {
  ...Object.fromEntries(['PATH', 'HOME', 'npm_config_@keywright:registry'].map((name) => [name, registry.env[name]])),
  CI: 'true',
  NEXT_TELEMETRY_DISABLED: '1',
}

/** What a page tells its reader to do, in its order. A block of JSON is the answer to the command before it. */
function stepsOf(page) {
  const text = readFileSync(join(pages, page), 'utf8')
  const blocks = [...text.matchAll(/(.*)\n\n```(\w+)\n([\s\S]*?)```/g)]
  return blocks.map(([, before, language, code], place) => {
    const [, file] = /[Ss]ave this as `([^`]+)`/.exec(before) ?? []
    if (file !== undefined) return { do: 'save', file, code }
    if (language === 'sh' && before === '## Start it') return { do: 'start', command: code.trim() }
    if (language === 'sh' && /^curl /.test(code)) return { do: 'call', command: code, answer: blocks[place + 1]?.[3] }
    if (language === 'sh') return { do: 'run', command: code }
    if (language === 'json' && /^curl /.test(blocks[place - 1]?.[3])) return { do: 'nothing' }
    throw new Error(`${page} has a block that nobody would know what to do with:\n${code}`)
  })
}

/** Starts the server in a process group of its own, and returns the key that it prints. */
async function start(command, folder, port) {
  const app = spawn('bash', ['-c', command], {
    cwd: folder,
    env: { ...env, PORT: String(port) },
    detached: true,
  })
  let output = ''
  const ended = new Promise((resolve) => app.once('close', resolve))
  const stop = async () => {
    try {
      process.kill(-app.pid, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
    await ended
  }
  const key = await new Promise((resolve, reject) => {
    const read = (data) => {
      output += data
      const [, token] = /Your key: (\S+)/.exec(output) ?? []
      if (token !== undefined) resolve(token)
    }
    app.stdout.on('data', read)
    app.stderr.on('data', read)
    app.once('close', () => reject(new Error(`${command} has ended:\n${output}`)))
    setTimeout(() => reject(new Error(`${command} prints no key in three minutes:\n${output}`)), 180_000).unref()
  }).catch(async (error) => {
    await stop()
    throw error
  })
  return { key, stop, output: () => output }
}

/** Runs the command as it is on the page, with the key and the port of this run. The server may still be about to listen. */
async function call(command, folder, { key, port }) {
  const here = command.replaceAll('tb_live_…', key).replaceAll('localhost:3000', `localhost:${port}`)
  const patient = here.replace(/^curl /, 'curl --silent --retry 60 --retry-delay 1 --retry-connrefused ')
  const { stdout } = await execute('bash', ['-c', patient], { cwd: folder, env })
  return stdout
}

/** An event stream, as an MCP server may answer, is shown on the page as the message in it. */
const messageIn = (text) => JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? text)

function freePort() {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function follow(page) {
  const folder = join(work, page.replace('.md', ''))
  mkdirSync(folder)
  const port = await freePort()
  const wrong = []
  let server
  try {
    for (const step of stepsOf(page)) {
      if (step.do === 'save') {
        mkdirSync(dirname(join(folder, step.file)), { recursive: true })
        writeFileSync(join(folder, step.file), step.code)
      } else if (step.do === 'run') {
        await execute('bash', ['-ec', step.command], { cwd: folder, env, maxBuffer: 1e8 })
      } else if (step.do === 'start') {
        server = await start(step.command, folder, port)
      } else if (step.do === 'call') {
        const answer = await call(step.command, folder, { key: server.key, port })
        const isAsShown = isDeepStrictEqual(messageIn(answer), JSON.parse(step.answer))
        if (!isAsShown)
          wrong.push(`${step.command}answers\n${answer}\nand the page says\n${step.answer}${server.output()}`)
      }
    }
  } finally {
    await server?.stop()
  }
  if (server === undefined) wrong.push('The page starts no server.')
  return wrong
}

const wanted = process.argv.slice(2)
let passed = 0
try {
  await publishAll(registry)
  for (const page of readdirSync(pages).filter(
    (name) => wanted.length === 0 || wanted.includes(name.replace('.md', '')),
  )) {
    const wrong = await follow(page).catch((error) => [`${error.message}\n${error.stderr ?? ''}`])
    console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${page}`)
    for (const one of wrong) console.log(one.replace(/^/gm, '       '))
    if (wrong.length === 0) passed += 1
    else process.exitCode = 1
  }
} catch (error) {
  process.exitCode = 1
  console.log(`FAIL ${error.message}\n${error.stderr ?? ''}`)
} finally {
  await registry.stop()
  rmSync(work, { recursive: true, force: true })
}
console.log(`${passed} quick starts do what they say`)
if (passed === 0) process.exitCode = 1
