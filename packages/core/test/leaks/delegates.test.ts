import { testPeppers } from '@keywright/testkit'
import { describe, expect, it } from 'vitest'
import { leakReports } from '../../src/intake/leak-reports.js'
import { childOf, keyOf, markOf, openDelegating } from '../delegates/delegates-setup.js'
import { auditOf, open, recordOf } from '../support/setup.js'

const minuteMs = 60_000

/** A key, a token that it delegated, and what is said of reports. */
async function withDelegate(options: Parameters<typeof openDelegating>[0] = {}) {
  const opened = await openDelegating(options)
  const { keyring, store, events, delegate } = opened
  const made = await delegate({ scopes: ['members.read'], ttlMs: 5 * minuteMs })
  const told = () => events.filter(({ type }) => type === 'api_key.leak_reported')
  const records = async () => (await auditOf(store)).slice(1)
  return { ...opened, made, told, records, report: (text: string, more = {}) => keyring.reportLeak(text, more) }
}

describe('a delegated token that leaks (TOK-14)', () => {
  it.each(['revoke', 'quarantine'] as const)('is told, with its end, and ends no key by %s', async (action) => {
    const { key, parent, made, codeOf, told, records, report } = await withDelegate()
    const { delegateId: id, expiresAt, text } = made
    const delegation = { id, depth: 1, expiresAt }
    const url = 'https://git.example/a'
    const outcome = await report(text, { action, source: 'ci logs', url: `${url}?x=${text}` })
    expect(outcome).toMatchObject({ outcome: 'delegate_found', key: { id: key.id, status: 'active' }, delegation })
    expect(told()).toMatchObject([{ keyId: key.id, outcome: 'delegate_found', delegation, source: 'ci logs', url }])
    expect([await codeOf(text), await codeOf(parent)]).toEqual(['ok', 'ok'])
    expect(await records()).toEqual([])
  })

  it('ends at once where its key is rotated without a grace, or disabled, as the guide says', async () => {
    const { keyring, key, made, codeOf, delegate, report } = await withDelegate()
    const { token } = await keyring.rotate(key.id)
    expect(await codeOf(made.text)).toBe('api_key_invalid')
    expect(await report(made.text)).toMatchObject({ outcome: 'unchanged', key: { status: 'active' } })
    const next = await delegate({ scopes: ['members.read'] }, token.reveal())
    await keyring.disable(key.id)
    expect(await codeOf(next.text)).toBe('api_key_disabled')
    expect(await report(next.text)).toMatchObject({ outcome: 'unchanged' })
  })

  it('ends with what it was made with: of a token in its grace, with that', async () => {
    const { keyring, key, clock, made, report } = await withDelegate()
    const graceEnd = new Date(clock.at + minuteMs)
    await keyring.rotate(key.id, { graceMs: minuteMs })
    expect(await report(made.text)).toMatchObject({ outcome: 'delegate_found', delegation: { expiresAt: graceEnd } })
    clock.at += minuteMs
    expect(await report(made.text)).toMatchObject({ outcome: 'unchanged' })
  })

  it('is told once it has ended, too, as one that had ended before', async () => {
    const { clock, made, told, report } = await withDelegate()
    clock.at += 5 * minuteMs
    expect(await report(made.text)).toMatchObject({ outcome: 'unchanged' })
    expect(told()).toMatchObject([{ outcome: 'unchanged' }])
    expect(told()[0]).not.toHaveProperty('delegation')
  })

  it('is found in any environment, and one that was passed on as well', async () => {
    const { delegate, made, report } = await withDelegate()
    const passed = await delegate({ scopes: ['members.read'] }, made.text)
    expect(await report(passed.text)).toMatchObject({ outcome: 'delegate_found', delegation: { depth: 2 } })
    const both = { environments: ['live', 'test'] }
    const live = await withDelegate({ environment: 'live', ...both })
    const test = await openDelegating({ environment: 'test', ...both, store: live.store })
    expect(await test.keyring.reportLeak(live.made.text)).toMatchObject({ outcome: 'delegate_found' })
  })

  it('must be genuine: nothing is said of one that somebody made up, whatever its key', async () => {
    const { key, store, clock, made, told, report } = await withDelegate()
    const { hash } = await recordOf(store, key.id)
    const signer = keyOf(testPeppers.p1)
    const marks = [markOf(signer, 'epoch', key.id, ''), markOf(signer, 'own', key.id, hash ?? '')]
    const body = [1, 1, clock.at + minuteMs, ...marks, [['*']], {}]
    const forged = childOf(Buffer.alloc(32), `tk_live_${key.id}_x1X2x3X4x5X6`, body)
    const unknown = childOf(signer, 'tk_live_zzzzzzzzzzzz_x1X2x3X4x5X6', body)
    for (const text of [forged, unknown, `${made.text}x`, made.text.slice(0, -1)]) {
      expect(await report(text)).toEqual({ outcome: 'unknown' })
    }
    expect(told()).toEqual([])
    // The forged one differs by its MAC alone.
    expect(await report(childOf(signer, `tk_live_${key.id}_x1X2x3X4x5X6`, body))).toMatchObject({
      outcome: 'delegate_found',
    })
  })

  it('is answered as unknown where nothing is delegated, and an outage is no "unknown"', async () => {
    const { made, store, storage, report } = await withDelegate()
    const plain = open({ store })
    expect(await plain.keyring.reportLeak(made.text)).toEqual({ outcome: 'unknown' })
    storage.stubs.find = () => Promise.reject(new Error('down'))
    await expect(report(made.text)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('ends no key for its holder, who hands it in', async () => {
    const { keyring, parent, made, codeOf, records } = await withDelegate()
    expect(await keyring.revokeToken(made.text)).toEqual({ outcome: 'unknown' })
    expect([await codeOf(made.text), await codeOf(parent), await records()]).toEqual(['ok', 'ok', []])
  })

  it('is a true positive for whoever reports it over HTTP', async () => {
    const { keyring, made, parent, codeOf } = await withDelegate()
    const secret = 'the-secret-of-a-scanner-in-this-test-0123456789'
    const reports = leakReports(keyring, { reporters: { ci: secret } })
    const headers = { Authorization: `Bearer ${secret}` }
    const body = JSON.stringify([{ token: made.text, type: 'tk' }, { token: `${made.text}x` }])
    const answer = await reports(new Request('https://app.example/leaks', { method: 'POST', headers, body }))
    expect([answer.status, await answer.json()]).toMatchObject([200, [{ token_type: 'tk', label: 'true_positive' }]])
    expect(await codeOf(parent)).toBe('ok')
  })
})
