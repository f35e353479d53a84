// Generates clients from the OpenAPI document with openapi-typescript, hey-api and orval, compiles them, and takes a key through its
// life with each, over HTTP. The generators are installed where they are used: see test/support/install.mjs.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install } from '../support/install.mjs'
import { apiOfAda, serve } from './document.js'

/** Created, listed, read, renamed; not renamed as an older version; rotated, disabled, enabled; used, logged, exported; ended. */
const expected = [201, 200, 200, 200, 412, 200, 200, 200, 200, 200, 200, 200, 204]

const root = join(import.meta.dirname, '../..')
// Below node_modules, so that the compiler and Node find what clients import.
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'clients-'))
const api = apiOfAda()
const { origin, close } = await serve(api)
try {
  const document = join(folder, 'openapi.json')
  writeFileSync(document, JSON.stringify(api.document))
  cpSync(join(import.meta.dirname, 'lives'), folder, { recursive: true })
  generate(document)
  compile()
  for (const name of ['openapi-fetch', 'hey-api', 'orval']) {
    const { live } = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
    const statuses = await live(origin)
    if (JSON.stringify(statuses) !== JSON.stringify(expected)) {
      throw new Error(`${name}: ${statuses.join()}, and not ${expected.join()}`)
    }
    console.log(`${name}: ${statuses.length} requests, as expected`)
  }
} finally {
  close()
  rmSync(folder, { recursive: true })
}

function generate(document: string): void {
  const run = (command: string, ...words: string[]) =>
    execFileSync(command, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const ofApi = createRequire(join(root, 'packages/api/package.json'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(join(root, 'packages/api/node_modules/openapi-fetch'), join(modules, 'openapi-fetch'))
  const openapiTypescript = join(ofApi.resolve('openapi-typescript'), '../../bin/cli.js')
  run(process.execPath, openapiTypescript, document, '--output', 'openapi-typescript/schema.d.ts')
  const plugins = ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript']
  const heyApi = join(install('@hey-api/openapi-ts', '0.95.0', { beside: ['typescript@5.9.3'] }), '.bin/openapi-ts')
  run(heyApi, '--input', document, '--output', 'hey-api', '--plugins', ...plugins)
  const orval = join(install('orval', '7.13.2'), '.bin/orval')
  run(orval, '--input', document, '--output', 'orval/api.ts', '--client', 'fetch')
}

function compile(): void {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' })
}
