import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { hourOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { kyselyStore } from '../src/index.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'

const { organizationId } = owner

/** A keyring on a file, with one key, and how many uses of it the file has counted. */
async function withKey() {
  const host = await keyringOnFile()
  const { key, token } = await host.keyring.create(input)
  const counted = () =>
    host.raw.prepare('select coalesce(sum(count), 0) as n from api_key_usage').get() as { n: number }
  return { ...host, id: key.id, token: token.reveal(), counted: () => counted().n }
}

describe('usage', () => {
  it('is written in one transaction, by the hour, with the last use of each key (USE-1)', async () => {
    const { keyring, id, token, counted } = await withKey()
    const before = Date.now()
    for (let count = 0; count < 50; count += 1) await keyring.verify(token)
    expect(counted()).toBe(0)
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(50)
    const { lastUsedAt } = (await keyring.get(id)) ?? expect.unreachable()
    expect(lastUsedAt?.getTime()).toBeGreaterThanOrEqual(before)
    const series = await keyring.usage({ organizationId })
    expect(series.filter(({ count }) => count > 0)).toEqual([
      { start: hourOf(lastUsedAt ?? new Date(0)), count: 50, refusals: {} },
    ])
  })

  it('is counted once when the answer to the commit is lost (FI-23, USE-2)', async () => {
    const { db, token, counted } = await withKey()
    const store = kyselyStore(db)
    let isLost = true
    const { keyring, events } = keyringOver({
      ...store,
      recordUsage: async (...batch) => {
        await store.recordUsage(...batch)
        if (isLost) throw new Error('The connection ended')
      },
    })
    await keyring.verify(token)
    await keyring.stats({ organizationId })
    await keyring.verify(token)
    await keyring.stats({ organizationId })
    expect(events).toMatchObject([{ kept: 1 }, { kept: 2 }])
    expect(counted()).toBe(1)
    isLost = false
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(2)
    expect(counted()).toBe(2)
  })

  it('waits while the database cannot be written, and no request is refused for it (FI-24)', async () => {
    const { keyring, raw, id, token, events, counted } = await withKey()
    raw.exec('pragma query_only = on')
    for (let count = 1; count <= 3; count += 1) {
      expect((await keyring.verify(token)).ok).toBe(true)
      expect((await keyring.stats({ organizationId })).callsLast24h).toBe(0)
      expect(events.at(-1)).toMatchObject({ type: 'usage.not_written' })
    }
    await expect(keyring.disable(id)).rejects.toMatchObject({ code: 'store_unavailable' })
    raw.exec('pragma query_only = off')
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(3)
    expect(counted()).toBe(3)
  })

  it('changes nothing else of a key that is enabled and disabled meanwhile, ten thousand times (CONS-14)', async () => {
    const { keyring, id, token, raw } = await withKey()
    const row = () => raw.prepare('select * from api_keys where id = ?').all(id)[0] as object
    const created = row()
    let passed = 0
    const use = async () => {
      for (let count = 0; count < 1_000; count += 1) if ((await keyring.verify(token)).ok) passed += 1
    }
    const toggle = async () => {
      for (let count = 0; count < 100; count += 1) {
        await (count % 2 === 0 ? keyring.disable(id) : keyring.enable(id))
        await keyring.stats({ organizationId })
        // libsql answers synchronously: without a pause, no verification would run before the end.
        await setImmediate()
      }
      await keyring.disable(id)
    }
    await Promise.all([...Array.from({ length: 10 }, use), toggle()])
    expect(passed).toBeGreaterThan(100)
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(passed)
    const by = { disabled_by_type: 'system', disabled_by_id: 'keyring', locked: 1 }
    const switched = { status: 'disabled', version: 102, listed: 102, tagged: 102, ...by }
    const moved = ['disabled_at', 'updated_at'].map((column) => [column, expect.any(Number)])
    expect(row()).toEqual({ ...created, ...switched, ...Object.fromEntries(moved) })
  })

  it('of two killed processes is lost for one interval at most, and never counted twice (FI-23, USE-2)', async () => {
    const { path, keyring, counted } = await withKey()
    const flushMs = 100
    const tokens = await Promise.all(
      Array.from({ length: 5 }, async () => (await keyring.create(input)).token.reveal()),
    )
    const tsx = pathToFileURL(createRequire(join(import.meta.dirname, '../../../package.json')).resolve('tsx')).href
    const script = join(import.meta.dirname, 'fixtures/use-keys.ts')
    const args = ['--conditions=@keywright/source', '--import', tsx, script, path, String(flushMs), ...tokens]
    /** The times of those that at least `ms` of work came after: what the process slept through is no work. */
    const longBeforeTheEnd = (times: readonly number[], ms: number): readonly number[] => {
      let worked = 0
      const last = times.findLastIndex((at, index) => {
        worked += Math.min((times[index + 1] ?? at) - at, 10)
        return worked >= ms
      })
      return times.slice(0, last + 1)
    }
    const useUntilKilled = async (least: number): Promise<readonly number[]> => {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      const uses = () => said.trimEnd().split('\n').map(Number)
      await expect.poll(() => longBeforeTheEnd(uses(), 3 * flushMs).length).toBeGreaterThan(least)
      child.kill('SIGKILL')
      expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
      return uses()
    }
    const uses = await Promise.all([useUntilKilled(100), useUntilKilled(1_000)])
    const made = uses.flat().length
    // A write begins when the interval is over, and takes a while itself.
    const surely = uses.flatMap((times) => longBeforeTheEnd(times, 3 * flushMs))
    expect(surely.length).toBeGreaterThan(50)
    expect(counted()).toBeGreaterThanOrEqual(surely.length)
    // Each process may have counted one use that it did not print any more.
    expect(counted()).toBeLessThanOrEqual(made + uses.length)
    expect((await keyring.stats({ organizationId })).callsLast24h).toBe(counted())
  })
})
