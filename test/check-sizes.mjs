// What an import costs a host, against the budgets in test/sizes.json: no time, which depends on the machine, but bytes and files.
// Run after a build. A budget is raised on purpose, with a reason in the commit.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const budgets = read('test/sizes.json')

/** Bundles `code` as a host of the package in `folder` would. */
async function bundle(folder, code, options) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: join(root, folder) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
    metafile: true,
    ...options,
  })
  const inputs = Object.entries(metafile.inputs).filter(([path]) => path !== '<stdin>')
  return {
    gzip: gzipSync(outputFiles[0].contents, { level: 9 }).length,
    files: inputs.length,
    bytes: inputs.reduce((sum, [, input]) => sum + input.bytes, 0),
  }
}

const measured = []

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = `packages/${name}`
  const manifest = read(`${folder}/package.json`)
  for (const [subpath, target] of Object.entries(manifest.publishConfig.exports)) {
    if (typeof target === 'string') continue
    const specifier = join(manifest.name, subpath)
    // Everything that the entry gives, without what the package depends on.
    const others = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const external = others.flatMap((other) => [other, `${other}/*`])
    const { gzip } = await bundle(folder, `export * from ${JSON.stringify(target.default)}`, { external })
    measured.push({
      what: specifier,
      unit: 'bytes, minified and gzipped',
      size: gzip,
      budget: budgets.entries[specifier],
    })
  }
}

const keyring = `export { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'`
const alone = await bundle('packages/core', keyring, { packages: 'bundle', external: ['nanoid'] })
const whole = await bundle('packages/core', keyring, {})
const unit = 'bytes, minified and gzipped'
measured.push({ what: 'a keyring', unit, size: alone.gzip, budget: budgets.keyring.alone })
measured.push({ what: 'a keyring and its dependency', unit, size: whole.gzip, budget: budgets.keyring.whole })
measured.push({ what: 'a keyring', unit: 'files loaded', size: whole.files, budget: budgets.keyring.files })
measured.push({ what: 'a keyring', unit: 'bytes loaded', size: whole.bytes, budget: budgets.keyring.bytes })

const failed = measured.filter(({ size, budget }) => !(size <= budget))
for (const one of measured) {
  const { what, unit, size, budget } = one
  console.log(`${failed.includes(one) ? 'FAIL' : 'ok  '} ${what}: ${size} ${unit}, at most ${budget}`)
}
const unused = Object.keys(budgets.entries).filter((name) => !measured.some(({ what }) => what === name))
for (const name of unused) console.log(`FAIL ${name}: a budget for what is not there`)
console.log(`${measured.length - failed.length} of ${measured.length} sizes are within their budgets`)
process.exitCode = failed.length === 0 && unused.length === 0 ? 0 : 1
