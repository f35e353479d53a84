// What a host gets: packages as they would be published, installed by npm in a folder of its own. Run after a build.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { quiet } from './install.mjs'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** Packs packages of this repository into a folder, and gives the path of each tarball by the package's name. */
export async function packInto(folder, names) {
  const pack = (name) => execute('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, 'packages', name) })
  await Promise.all(names.map(pack))
  const files = readdirSync(folder)
  return Object.fromEntries(
    names.map((name) => [
      name,
      join(
        folder,
        files.find((file) => file.startsWith(`keywright-${name}-`)),
      ),
    ]),
  )
}

/** Runs `npm install` of these tarballs and packages, beside what the folder's own `package.json` names. */
export async function npmInstall(folder, packages) {
  await execute('npm', ['install', ...quiet, ...packages], { cwd: folder })
}
