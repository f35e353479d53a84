import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** How a package manager is told to do something. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** Installs what package.json says. */
  readonly install: readonly string[]
  /** Adds packages to package.json and installs them. */
  readonly add: readonly string[]
  readonly addDev: readonly string[]
  /** What stands before the name of a script. */
  readonly run: string
  /** What stands before the name of a program of a package. */
  readonly execute: string
}

const managers: Readonly<Record<PackageManager['name'], PackageManager>> = {
  npm: {
    name: 'npm',
    install: ['install'],
    add: ['install'],
    addDev: ['install', '--save-dev'],
    run: 'npm run',
    execute: 'npx',
  },
  pnpm: {
    name: 'pnpm',
    install: ['install'],
    add: ['add'],
    addDev: ['add', '--save-dev'],
    run: 'pnpm run',
    execute: 'pnpm exec',
  },
  yarn: {
    name: 'yarn',
    install: ['install'],
    add: ['add'],
    addDev: ['add', '--dev'],
    run: 'yarn run',
    execute: 'yarn',
  },
  bun: { name: 'bun', install: ['install'], add: ['add'], addDev: ['add', '--dev'], run: 'bun run', execute: 'bunx' },
}

const lockfiles: readonly (readonly [file: string, name: PackageManager['name']])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
]

/** The package manager whose lockfile is in the folder or above it; else the one that this program was started by; else npm. */
export function findPackageManager(folder: string, env: Readonly<Record<string, string | undefined>>): PackageManager {
  const locked = lockfileAbove(folder)
  if (locked !== undefined) return managers[locked]
  const [, starter = ''] = /^(npm|pnpm|yarn|bun)\//.exec(env.npm_config_user_agent ?? '') ?? []
  return Object.values(managers).find(({ name }) => name === starter) ?? managers.npm
}

function lockfileAbove(folder: string): PackageManager['name'] | undefined {
  const [, name] = lockfiles.find(([file]) => existsSync(join(folder, file))) ?? []
  const above = dirname(folder)
  return name ?? (above === folder ? undefined : lockfileAbove(above))
}
