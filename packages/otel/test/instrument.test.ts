import type { Keyring } from '@keywright/core'
import { testGate, testKeyring, testOwners, wrongSecret } from '@keywright/testkit'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { afterAll, describe, expect, it } from 'vitest'
import { fetchApp } from '../../testkit/test/fetch-app.js'
import { listen } from '../../testkit/test/node-server.js'
import { instrument } from '../src/index.js'
import { collector } from './collector.js'
import { openWorld } from './world.js'

const { options, close } = collector()
afterAll(close)
testGate({
  name: 'a guard over an instrumented keyring',
  joinsLines: true,
  listen: (app) => listen(fetchApp({ ...app, keyring: instrument(app.keyring, options) })),
})

describe('instrument', () => {
  it('gives a keyring with all that the given one has, and leaves that as it is', async () => {
    const { keyring, plain, telemetry, issue } = openWorld()
    expect(Object.keys(keyring)).toEqual(Object.keys(plain))
    expect(Object.isFrozen(keyring)).toBe(true)
    const { token } = await issue()
    await plain.verify(token)
    expect(await telemetry.points('keywright.verifications')).toEqual([])
    // @ts-expect-error a scope that the access model does not have
    await expect(keyring.verify(token, { scopes: ['nope'] })).rejects.toMatchObject({ code: 'scope_unknown' })
  })

  it('has no secret in any name or attribute, whatever is verified and whoever fails', async () => {
    const { keyring, ask, issue, telemetry, breakStore } = openWorld({ imports: {} })
    const { id, token } = await issue()
    const { token: rotated } = await keyring.rotate(id, { graceMs: 60_000 })
    const imported = 'imported-secret-canary-0123456789abcdef'
    await keyring.import({ name: 'old', owner: testOwners.user, secret: { token: imported }, entropyBits: 128 })
    const texts = [token, rotated.reveal(), wrongSecret(token), imported, `${imported}x`, 'tk_live_canary']
    for (const text of texts) {
      await keyring.verify(text)
      await ask({ authorization: `Bearer ${text}` })
      await ask({}, `https://api.example.com/?key=${text}`)
      // A token in the place of an id, by mistake.
      for (const verb of ['get', 'enable', 'revoke', 'rotate'] as const) await keyring[verb](text).catch(() => {})
      await keyring.update(text, { name: text.slice(0, 40) }).catch(() => {})
    }
    breakStore()
    await keyring.verify(rotated.reveal())
    const emitted = JSON.stringify([
      await telemetry.metrics(),
      telemetry.spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    ])
    expect(emitted).toContain(id) // what may be told is there
    for (const text of texts) expect(emitted).not.toContain(text.slice(-12))
    expect(JSON.stringify(await telemetry.metrics())).not.toContain(id)
  })

  it('answers as before where OpenTelemetry throws', async () => {
    const fail = () => {
      throw new Error('broken exporter')
    }
    const instruments = { add: fail, record: fail }
    const meter = { createCounter: () => instruments, createUpDownCounter: () => instruments }
    const meterProvider = { getMeter: () => ({ ...meter, createHistogram: () => instruments }) }
    const spans = [
      fail,
      () => ({ isRecording: fail, setAttribute: fail, setAttributes: fail, setStatus: fail, end: fail }),
    ]
    for (const startSpan of spans) {
      const { keyring: plain } = testKeyring()
      const keyring = instrument(plain, {
        meterProvider: meterProvider as unknown as MeterProvider, // broken on purpose
        tracerProvider: { getTracer: () => ({ startSpan }) } as unknown as TracerProvider,
      })
      const { key, token } = await keyring.create({ name: 'ci', owner: testOwners.user })
      expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
      expect(await keyring.verify('x')).toMatchObject({ ok: false })
      await expect(keyring.get('tk_live_x')).rejects.toMatchObject({ code: 'invalid_input' })
      expect((await keyring.revoke(key.id)).status).toBe('revoked')
    }
  })

  it('works without an SDK, and then emits nothing', async () => {
    const { keyring: plain } = testKeyring()
    const keyring = instrument(plain)
    const { token } = await keyring.create({ name: 'ci', owner: testOwners.user })
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
  })

  it('refuses what is no keyring, a keyring that is instrumented, and wrong options', () => {
    const { keyring } = testKeyring()
    const once = instrument(keyring)
    expect(() => instrument(once)).toThrow('instrumented already')
    expect(() => instrument(keyring)).toThrow('instrumented already')
    expect(() => instrument({} as Keyring)).toThrow('Option keyring must be what createKeyring returned.')
    const wrong: readonly (readonly [object, string])[] = [
      [{ meterprovider: null }, 'Unknown option meterprovider. Did you mean meterProvider?'],
      [{ meterProvider: {} }, 'Option meterProvider must be a MeterProvider'],
      [{ tracerProvider: null }, 'Option tracerProvider must be a TracerProvider'],
    ]
    for (const [options, message] of wrong) expect(() => instrument(testKeyring().keyring, options)).toThrow(message)
  })
})
