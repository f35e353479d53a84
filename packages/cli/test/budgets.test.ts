import { describe, expect, it } from 'vitest'
import { type RunOptions, runHere, testedEngines } from './support/cli-world.js'

/** Runs the program, and gives what it answers as JSON. */
async function ask(line: readonly string[], options: RunOptions, code = 0) {
  const ran = await runHere([...line, '--json'], options)
  expect({ code: ran.code, err: code === 0 ? ran.err : '' }).toEqual({ code, err: '' })
  return code === 0 ? JSON.parse(ran.out) : ran.err
}

describe.each(testedEngines())('budgets, on $name', ({ open }) => {
  const make = async (...more: readonly string[]) => {
    const { env } = await open()
    await ask(['migrate'], { env })
    const { key } = await ask(['keys', 'create', 'ci', '--organization', 'acme', ...more], { env })
    return { env, key, id: key.id as string }
  }

  it('a key is given one, another one, and none', async () => {
    const { env, key, id } = await make('--budget', '1000/month', '--budget-zone', 'Europe/Berlin')
    expect(key.budget).toEqual({ limit: 1_000, refill: { every: 'month', timeZone: 'Europe/Berlin' } })
    const update = async (...more: readonly string[]) =>
      (await ask(['keys', 'update', id, ...more], { env })).key.budget
    expect(await update('--budget', '5/day')).toEqual({ limit: 5, refill: { every: 'day', timeZone: 'UTC' } })
    expect(await update('--budget', '7')).toEqual({ limit: 7, refill: null })
    expect(await update('--name', 'other')).toEqual({ limit: 7, refill: null })
    expect(await update('--budget', 'none')).toBeNull()
  })

  it('credits are granted once for each name, and shown', async () => {
    const { env, id } = await make('--budget', '10')
    const grant = (credits: string, ...more: readonly string[]) =>
      ask(['budgets', 'grant', credits, id, ...more], { env })
    expect(await grant('5')).toMatchObject({ budget: { holder: 'key', remaining: 15 }, granted: true })
    expect(await grant('5', '--once', 'i1')).toMatchObject({ budget: { remaining: 20 }, granted: true })
    expect(await grant('5', '--once', 'i1')).toMatchObject({ budget: { remaining: 20 }, granted: false })
    expect(await ask(['budgets', 'grant', '6', id, '--once', 'i1'], { env }, 1)).toContain('request_repeated')
    expect(await ask(['budgets', 'show', id], { env })).toMatchObject({ budgets: [{ limit: 10, remaining: 20 }] })
    const { records } = await ask(['audit', 'list', '--organization', 'acme', '--type', 'budget.granted'], { env })
    expect(records).toHaveLength(2)
  })

  it.each([
    ['keys create ci --organization acme --budget 5/week', '--budget must be'],
    ['keys create ci --organization acme --budget -5', '--budget'],
    ['keys create ci --organization acme --budget 5 --budget-zone UTC', '--budget-zone goes with'],
    ['keys create ci --organization acme --budget 5/day --budget-zone Mars/Olympus', 'time zone'],
    ['budgets show', '--organization is missing'],
    ['budgets show a1B2c3D4e5F6 --organization acme', 'give one of them'],
    ['budgets grant lots --organization acme', 'whole number'],
    ['budgets grant 5 --organization acme', 'budget of its own'],
  ])('%s is refused with a sentence', async (line, sentence) => {
    const { env } = await open()
    await ask(['migrate'], { env })
    expect(await ask(line.split(' '), { env }, 2)).toContain(sentence)
  })
})
