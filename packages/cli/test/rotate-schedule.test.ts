import { describe, expect, it } from 'vitest'
import { runHere, testedEngines } from './support/cli-world.js'

describe.each(testedEngines())('keys rotate-schedule, on $name', ({ open }) => {
  /** A key of a product that delivers new tokens. */
  async function withKey() {
    const { env: opened } = await open()
    const ask = async (line: readonly string[], { code = 0, env = { TEST_VAULT: 'there' } }: AskOptions = {}) => {
      const ran = await runHere(line, { env: { ...opened, ...env } })
      expect({ code: ran.code, err: code === 0 ? ran.err : '' }).toEqual({ code, err: '' })
      return code === 0 ? ran.out : ran.err
    }
    await ask(['migrate'])
    const made = JSON.parse(await ask(['keys', 'create', 'ci', '--organization', 'acme', '--json']))
    const id = made.key.id as string
    const schedule = (...more: string[]) => ['keys', 'rotate-schedule', id, ...more]
    return { ask, id, schedule }
  }
  interface AskOptions {
    readonly code?: number
    readonly env?: Readonly<Record<string, string | undefined>>
  }

  it('sets, shows, changes and ends the schedule of a key, once it was asked', async () => {
    const { ask, id, schedule } = await withKey()
    expect(await ask(schedule())).toBe(`Key ${id} has no schedule.\n`)
    expect(await ask(schedule('--every', '30d'), { code: 2 })).toContain('--yes')
    expect(await ask(schedule('--every', '30d', '--yes'))).toMatch(
      /^every +30d\ngrace +1d\nnext +\d{4}-.*\nlast delivered +not yet\n/,
    )
    const rotation = { everyMs: 5_400_000, graceMs: 2_700_000, lastDeliveredAt: null, pendingSince: null, failures: 0 }
    const changed = JSON.parse(await ask(schedule('--every', '90m', '--yes', '--json')))
    expect(changed).toMatchObject({ id, rotation })
    expect(JSON.parse(await ask(schedule('--json')))).toEqual(changed)
    expect(await ask(schedule('--end'), { code: 2 })).toContain('--yes')
    expect(await ask(schedule('--end', '--yes'))).toBe(`Key ${id} has no schedule.\n`)
    const log = await ask(['audit', 'list', '--organization', 'acme'])
    expect(log.match(/api_key\.rotation_scheduled/g)).toHaveLength(3)
  })

  it.each<[string, string[], string]>([
    ['both at once', ['--end', '--every', '30d'], '--end goes without --every'],
    ['a grace alone', ['--grace', '1h'], '--grace goes with --every'],
    ['no length of time', ['--every', 'often'], '--every must be a length of time'],
    ['less than an hour', ['--every', '59m', '--yes'], 'everyMs'],
    ['a grace that is longer', ['--every', '1d', '--grace', '2d', '--yes'], 'graceMs'],
  ])('refuses %s', async (_, more, words) => {
    const { ask, schedule } = await withKey()
    expect(await ask(schedule(...more), { code: 2 })).toContain(words)
  })

  it('says what is missing where nobody delivers new tokens', async () => {
    const { ask, schedule } = await withKey()
    expect(await ask(schedule(), { code: 2, env: { TEST_VAULT: undefined } })).toContain('Option rotation must say')
  })
})
