// Gives all packages their next version, and writes their changelogs, by the changesets that wait. Usage: node release/version.mjs
//
// Below 1.0, each minor version of core leaves the range of its peers, `^0.1.0`. Changesets would then make 1.0.0 of every package
// that has this peer, already at the first release. All packages have one version (`fixed` in changeset.config.json), so a package
// and its peer always go together: for as long as it counts, Changesets is shown a range that holds whatever comes.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const manifests = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'package.json'))
const published = 'workspace:^'
const counted = 'workspace:>=0.0.0'

/** Of peers: development dependencies are on any version. */
function replaceInManifests(from, to) {
  for (const path of manifests) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${from}"`, `"${to}"`))
}

replaceInManifests(published, counted)
try {
  const changeset = createRequire(import.meta.url).resolve('@changesets/cli/bin.js')
  const { status } = spawnSync(process.execPath, [changeset, 'version'], { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  replaceInManifests(counted, published)
}
