import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bothNames,
  hasPrograms,
  type StandbyServers,
  startStandbys,
} from '../../packages/kysely/test/standby-servers.js'
import { testsEverything } from '../support/everything.js'
import { connectionTo, type OwnPostgres } from '../support/own-postgres.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import { run } from './run.js'
import { pause } from './world.js'

if (!hasPrograms) console.warn('Standbys of PostgreSQL are left out: no initdb on this machine')

describe.skipIf(!hasPrograms && !testsEverything)('verifications that read from standbys while keys change', () => {
  let servers: StandbyServers
  let primary: TcpProxy
  beforeAll(async () => {
    if (!hasPrograms) expect.unreachable('No initdb on this machine')
    servers = await startStandbys()
    primary = await tcpProxy(servers.primary.url)
  })
  afterAll(async () => {
    await primary?.close()
    await servers?.remove()
  })

  it.each([
    ['before each has applied a commit', 'remote_write', bothNames],
    ['of which no commit waits for any', 'on', ''],
  ])(
    'without a question, from one %s, are found to see old keys (REP-6)',
    { timeout: 60_000 },
    async (_, commit, names) => {
      const [standby] = servers.standbys
      const delay = (ms: number) =>
        servers.run(standby, `alter system set recovery_min_apply_delay = ${ms}`, 'select pg_reload_conf()')
      await servers.waitFor(names, commit)
      await delay(100)
      try {
        const report = await run({ engine: 'postgres', url: primary.url, seconds: 4, careless: standby.url })
        console.info(`Read as it is, commits wait for ${commit}`, { ...report, violations: report.violations.length })
        expect(report.violations.join('\n')).toMatch(/was answered ok, \d+ µs after it was (disabled|revoked|deleted)/)
      } finally {
        await delay(0)
        await servers.waitFor(bothNames)
      }
    },
  )

  // The last: there is another primary from then on.
  it('see each change from the moment its call returned, while standbys stop and one takes over (REP-6)', {
    timeout: 120_000,
  }, async () => {
    let hasFailedOver = false
    let follower: OwnPostgres | null = null
    const stopOne = async (standby: OwnPostgres, mode: 'fast' | 'immediate'): Promise<void> => {
      await standby.stop(mode)
      await pause(500)
      await standby.start()
    }
    const report = await run({
      engine: 'postgres',
      url: primary.url,
      seconds: 20,
      readFrom: servers.standbys.map(({ url }) => url),
      mayBeUnavailable: 0.5,
      disturb: async (isRunning) => {
        await pause(3_000)
        await stopOne(servers.standbys[0], 'immediate')
        while (isRunning() && !hasFailedOver) await pause(100)
        await pause(6_000)
        if (isRunning()) await stopOne(follower ?? expect.unreachable(), 'fast')
      },
      onKilled: async (time) => {
        if (time !== 2) return
        follower = await failOver(servers, primary)
        hasFailedOver = true
      },
    })
    console.info('PostgreSQL, two standbys', { ...report, violations: report.violations.length })
    expect(report.violations).toEqual([])
    expect(report.operations).toBeGreaterThan(500)
    expect(hasFailedOver).toBe(true)
    expect(report.changes).toBeGreaterThan(30)
    // Verifications of one moment share a statement.
    expect(report.readFromReplicas).toBeGreaterThan(200)
  })
})

/** The primary is lost. The standby that knows more takes over, and the other one, which is returned, follows it. */
async function failOver({ primary, standbys, run: runOn }: StandbyServers, proxy: TcpProxy): Promise<OwnPostgres> {
  await primary.stop('immediate')
  const known = async (standby: OwnPostgres): Promise<number> => {
    const question = `select pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::float8 as known`
    return ((await runOn(standby, question)) as { known: number }[])[0]?.known ?? 0
  }
  const [one, two] = standbys
  const isOneAhead = (await known(one)) >= (await known(two))
  const [next, other, name] = isOneAhead ? ([one, two, 's2'] as const) : ([two, one, 's1'] as const)
  const names = `alter system set synchronous_standby_names = 'FIRST 1 (${name})'`
  await runOn(next, names, 'alter system set synchronous_commit = remote_apply', 'select pg_reload_conf()')
  await next.promote()
  const follow = `alter system set primary_conninfo = '${connectionTo(next.url, name)}'`
  await runOn(other, follow, 'select pg_reload_conf()')
  proxy.turnTo(next.url)
  return other
}
