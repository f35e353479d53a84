import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Failure, type Io, withProgress } from '../terminal/index.js'
import type { PackageManager } from './package-manager.js'
import type { StarterPlan } from './plan-starter.js'
import type { Project } from './read-project.js'

/** The command lines that install what a starter needs: none where the project has it all. */
export function installLines(
  { isNew }: Project,
  { name, install, add, addDev }: PackageManager,
  { missing: { dependencies, devDependencies } }: StarterPlan,
): readonly (readonly string[])[] {
  if (isNew) return [[name, ...install]]
  return [
    ...(dependencies.length === 0 ? [] : [[name, ...add, ...dependencies]]),
    ...(devDependencies.length === 0 ? [] : [[name, ...addDev, ...devDependencies]]),
  ]
}

/** Runs the lines in the folder. @throws {@link Failure} with the last that the package manager said. */
export async function installPackages(io: Io, folder: string, lines: readonly (readonly string[])[]): Promise<void> {
  for (const [program = '', ...args] of lines) {
    const line = [program, ...args].join(' ')
    // On Windows, package managers are scripts, which only a shell runs. No word of a line comes from outside.
    const options = { cwd: folder, env: { ...io.env }, maxBuffer: 100_000_000, shell: process.platform === 'win32' }
    await withProgress(io, line, () => promisify(execFile)(program, args, options)).catch((error: unknown) => {
      throw new Failure('install_failed', `All files are written, but this did not work: ${line}. Run it yourself.`, {
        cause: new Error(lastWords(error)),
      })
    })
  }
}

function lastWords(error: unknown): string {
  const { stderr = '', message } = error as Error & { readonly stderr?: string } // of execFile
  return stderr.trim().split('\n').slice(-3).join(' ') || message
}
