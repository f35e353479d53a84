import { testKeyring, testOwners } from '@keywright/testkit'
import { type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { instrument } from '../src/index.js'
import { collector } from './collector.js'

const broken = () => {
  throw new Error('broken context manager')
}

const managers: readonly (readonly [string, Pick<ContextManager, 'active' | 'with'>])[] = [
  ['knows no context', { active: broken, with: (_context, work, that, ...given) => work.apply(that, given) }],
  ['throws before the work', { active: () => ROOT_CONTEXT, with: broken }],
  [
    'throws after the work',
    {
      active: () => ROOT_CONTEXT,
      with: (_context, work, that, ...given) => {
        work.apply(that, given)
        return broken()
      },
    },
  ],
]

describe('an instrumented keyring', () => {
  it.each(managers)('answers as before, and does its work once, where the context manager %s', async (_, manager) => {
    const { keyring: plain } = testKeyring()
    const telemetry = collector()
    // Its own tracer would ask the context manager, too, and begin no span.
    const startSpan = (name: string) => telemetry.tracer.startSpan(name, {}, ROOT_CONTEXT)
    const tracerProvider = { getTracer: () => ({ ...telemetry.tracer, startSpan }) }
    const keyring = instrument(plain, { ...telemetry.options, tracerProvider })
    onTestFinished(telemetry.close)
    context.disable()
    context.setGlobalContextManager({
      ...manager,
      bind: (_context, target) => target,
      enable() {
        return this
      },
      disable() {
        return this
      },
    })
    const { key, token } = await keyring.create({ name: 'ci', owner: testOwners.user, scopes: ['members.read'] })
    expect((await keyring.list({ organizationId: 'org1' })).keys.map(({ id }) => id)).toEqual([key.id])
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true })
    await expect(keyring.get('tk_live_x')).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
