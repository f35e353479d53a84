import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../terminal/index.js'
import { type FrameworkId, frameworkIds, frameworks } from './frameworks.js'

/** What a starter is put into. */
export interface Project {
  readonly folder: string
  /** Whether the folder has no package.json yet. */
  readonly isNew: boolean
  /** The packages that it names. */
  readonly packages: ReadonlySet<string>
  /** The frameworks among them. */
  readonly frameworks: readonly FrameworkId[]
  /** Whether its `.js` files are ES modules. */
  readonly isModule: boolean
  readonly isTypeScript: boolean
}

/** @throws {@link Failure} when package.json is not one. */
export function readProject(folder: string): Project {
  const path = join(folder, 'package.json')
  const isNew = !existsSync(path)
  const { type, ...manifest } = isNew ? { type: 'module' } : readManifest(path)
  const packages = new Set(
    ['dependencies', 'devDependencies'].flatMap((field) => Object.keys(Object(manifest[field as keyof object]))),
  )
  return {
    folder,
    isNew,
    packages,
    frameworks: frameworkIds.filter((id) => frameworks[id].markedBy.some((name) => packages.has(name))),
    isModule: type === 'module',
    isTypeScript: existsSync(join(folder, 'tsconfig.json')),
  }
}

function readManifest(path: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return { ...read }
  } catch (cause) {
    throw new Failure('unreadable_file', `${path} cannot be read.`, { cause })
  }
  throw new Failure('unreadable_file', `${path} must be an object of JSON.`)
}
