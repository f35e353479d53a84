import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { streets } from './import-rules.js'

const root = join(import.meta.dirname, '..')
const core = join(root, 'packages/core/src')
const architecture = read('ARCHITECTURE.md')
const contributing = read('CONTRIBUTING.md')
const security = read('SECURITY.md')
const packages = readdirSync(join(root, 'packages')).sort()

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** The rows of the Markdown table that begins with these headings, cell by cell. */
function rowsOf(text: string, ...headings: string[]): string[][] {
  const lines = text.split('\n')
  const head = lines.findIndex((line) => line.startsWith(`| ${headings.join(' | ')} |`))
  const below = head === -1 ? [] : lines.slice(head + 2)
  const end = below.findIndex((line) => !line.startsWith('|'))
  return below.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  ) // no cell holds a bar
}

/** What a cell names in backticks. */
function namesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name)
}

/** A street as a page draws it: rooms beside each other, arrows between floors. */
function drawn(floors: readonly (readonly string[])[]): string {
  return floors.map((floor) => floor.join(' ')).join(' → ')
}

describe('ARCHITECTURE.md', () => {
  it('has a row for each room of core, in the order of the street', () => {
    const rooms = rowsOf(architecture, 'room', 'what it knows').flatMap(([room]) => namesIn(room))
    expect(rooms).toEqual(streets.get('core')?.flatMap((floor) => floor.map((room) => `${room}/`)))
    expect(rooms.toSorted()).toEqual(
      readdirSync(core)
        .map((room) => `${room}/`)
        .sort(),
    )
  })

  it('says of each room what it knows, and what it does not', () => {
    const rows = rowsOf(architecture, 'room', 'what it knows', 'what it does not')
    expect(rows.filter((cells) => cells.length !== 3 || cells.includes(''))).toEqual([])
  })

  it('has a row for each package', () => {
    const named = rowsOf(architecture, 'package', 'what it is').flatMap(([name]) => namesIn(name))
    expect(named.sort()).toEqual(packages)
  })

  it('draws the streets of the other packages as the import rules have them, each with a file at its end', () => {
    const shown = rowsOf(architecture, 'package', 'its street').map((row) => row.flatMap(namesIn))
    const others = [...streets].filter(([name]) => name !== 'core')
    expect(shown.map(([name]) => name)).toEqual(others.map(([name]) => name))
    for (const [index, [name, floors]] of others.entries()) {
      const [, street = ''] = shown[index] ?? []
      const [, file] = / → ([\w-]+\.ts)$/.exec(street) ?? []
      expect(street).toBe(file === undefined ? drawn(floors) : `${drawn(floors)} → ${file}`)
      expect(existsSync(join(root, 'packages', name, 'src', file ?? 'index.ts'))).toBe(true)
    }
  })

  it('names only files that are there', () => {
    const files = namesIn(architecture).filter((name) => /^[\w-]+\/[\w/-]+\.ts$/.test(name))
    expect(files.length).toBeGreaterThan(20)
    const places = [core, root, join(root, 'packages/api/src'), join(root, 'packages/testkit/src')]
    expect(files.filter((file) => !places.some((place) => existsSync(join(place, file))))).toEqual([])
  })
})

it.each([
  ['ARCHITECTURE.md', architecture],
  ['CONTRIBUTING.md', contributing],
])('%s draws the street of core as the import rules have it', (_, text) => {
  const blocks = [...text.matchAll(/^```\n([^`]*)^```$/gm)].map(([, block = '']) => block.replace(/\s+/g, ' ').trim())
  expect(blocks).toContain(drawn(streets.get('core') ?? []))
})

describe('CONTRIBUTING.md', () => {
  it('lists every package in its layout', () => {
    const named = rowsOf(contributing, 'Folder', 'What it is').flatMap(([folder]) => namesIn(folder))
    expect(named.filter((path) => path.startsWith('packages/')).sort()).toEqual(
      packages.map((name) => `packages/${name}`),
    )
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('gives a reason for each dependency of core', () => {
    const { dependencies } = JSON.parse(read('packages/core/package.json'))
    const rows = rowsOf(contributing, 'Package', 'What for', 'Why not our own')
    expect(rows.flatMap(([name]) => namesIn(name)).sort()).toEqual(Object.keys(dependencies).sort())
    expect(rows.flat()).not.toContain('')
  })
})

describe('SECURITY.md', () => {
  const rows = rowsOf(security, 'In `packages/core/src`', 'What it decides', 'Without')

  /** The `.ts` files of a place in core: all below a folder, or one file. */
  function filesOf(place: string): string[] {
    if (place.endsWith('.ts')) return [place]
    const names = readdirSync(join(core, place), { recursive: true, encoding: 'utf8' })
    return names.filter((name) => name.endsWith('.ts')).map((name) => `${place}/${name}`)
  }

  it('names a trusted part that has no more lines than it says, and at most 3000', () => {
    const files = rows.flatMap(([places = '', , without = '']) => {
      const exceptions = namesIn(without)
      return namesIn(places)
        .flatMap(filesOf)
        .filter((file) => !exceptions.some((name) => file.endsWith(`/${name}`)))
    })
    const lines = files.reduce((sum, file) => sum + readFileSync(join(core, file), 'utf8').split('\n').length - 1, 0)
    const [, said = ''] = /at most ([\d,]+) lines/.exec(security) ?? []
    const most = Number(said.replace(',', ''))
    expect(files.length).toBeGreaterThan(40)
    expect(most).toBeLessThanOrEqual(3_000)
    expect(lines).toBeLessThanOrEqual(most)
  })

  it('leaves out only files that are there', () => {
    const left = rows.flatMap(([places = '', , without]) =>
      namesIn(without).map((name) => `${namesIn(places)[0]}/${name}`),
    )
    expect(left.length).toBeGreaterThan(0)
    expect(left.filter((file) => !existsSync(join(core, file)))).toEqual([])
  })
})

describe.each(['README.md', ...packages.map((name) => `packages/${name}/README.md`)])('%s', (name) => {
  const text = read(name)

  it('calls the object `keyring`, in every example', () => {
    const made = [...text.matchAll(/const (\w+) = createKeyring\(/g)].map(([, object]) => object)
    expect(made.filter((object) => object !== 'keyring')).toEqual([])
    expect(text).not.toMatch(/\bkeys\.(create|verify|revoke|rotate|list|audit|close)\b/)
  })

  it('imports only from doors that are there', () => {
    const doors = packages.flatMap((folder) => {
      const { name: package_, exports } = JSON.parse(read(`packages/${folder}/package.json`))
      return Object.keys(exports).map((door) => package_ + door.slice(1))
    })
    const named = [...text.matchAll(/'(@keywright\/[\w/-]+)'/g)].map(([, door = '']) => door)
    expect(named.filter((door) => !doors.includes(door))).toEqual([])
  })
})
