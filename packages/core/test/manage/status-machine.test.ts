import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isKeyError } from '../../src/errors/key-error.js'
import type { AuditType } from '../../src/values/audit.js'
import { auditOf, good, open, recordOf, start } from '../support/setup.js'

type Status = 'active' | 'disabled' | 'revoked' | 'deleted'
type Verb = 'enable' | 'disable' | 'revoke' | 'update' | 'delete'
const statuses = ['active', 'disabled', 'revoked', 'deleted'] as const
const verbs = ['enable', 'disable', 'revoke', 'update', 'delete'] as const

/** The whole machine (CONS-13): where each verb leads from each status, or the code of its refusal. */
const machine: Record<Verb, Record<Status, Status | 'invalid_state' | 'key_not_found'>> = {
  enable: { active: 'active', disabled: 'active', revoked: 'invalid_state', deleted: 'key_not_found' },
  disable: { active: 'disabled', disabled: 'disabled', revoked: 'invalid_state', deleted: 'key_not_found' },
  revoke: { active: 'revoked', disabled: 'revoked', revoked: 'revoked', deleted: 'key_not_found' },
  update: { active: 'active', disabled: 'disabled', revoked: 'invalid_state', deleted: 'key_not_found' },
  delete: { active: 'deleted', disabled: 'deleted', revoked: 'deleted', deleted: 'key_not_found' },
}

const recorded: Record<Verb, AuditType> = {
  enable: 'api_key.enabled',
  disable: 'api_key.disabled',
  revoke: 'api_key.revoked',
  update: 'api_key.renamed',
  delete: 'api_key.deleted',
}

interface ModelKey {
  status: Status
  name: string
  reason: string | null
  expiresAt: number | null
  version: number
  updatedAt: number
}

interface Model {
  now: number
  keys: ModelKey[]
  audit: { type: AuditType; key: number; at: number }[]
}

interface Real extends ReturnType<typeof open> {
  made: { id: string; token: string }[]
}

type Command = fc.AsyncCommand<Model, Real>

const hasKeys = ({ keys }: Readonly<Model>) => keys.length > 0

function create(life: number | null): Command {
  return {
    toString: () => `create(${life})`,
    check: () => true,
    run: async (model, real) => {
      const expiresAt = life === null ? null : model.now + life
      const input = { ...good, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
      const { key, token } = await real.keyring.create(input)
      real.made.push({ id: key.id, token: token.reveal() })
      const key0 = {
        status: 'active',
        name: good.name,
        reason: null,
        expiresAt,
        version: 1,
        updatedAt: model.now,
      } as const
      model.audit.push({ type: 'api_key.created', key: model.keys.length, at: model.now })
      model.keys.push(key0)
      await agree(model, real)
    },
  }
}

function apply(verb: Verb, pick: number, text: string): Command {
  return {
    toString: () => `${verb}(${pick}, ${text})`,
    check: hasKeys,
    run: async (model, real) => {
      const index = pick % model.keys.length
      const outcome = await call(real, verb, at(real.made, index).id, text)
      expect(outcome).toBe(step(model, verb, index, text))
      await agree(model, real)
    },
  }
}

function extend(pick: number, life: number | null): Command {
  return {
    toString: () => `extend(${pick}, ${life})`,
    check: hasKeys,
    run: async (model, real) => {
      const index = pick % model.keys.length
      const key = at(model.keys, index)
      const expiresAt = life === null ? null : model.now + life
      const change = { expiresAt: expiresAt === null ? null : new Date(expiresAt) }
      const outcome = await settle(() => real.keyring.update(at(real.made, index).id, change))
      const next = machine.update[key.status]
      expect(outcome).toBe(next === key.status ? 'ok' : next)
      if (next === key.status && key.expiresAt !== expiresAt) {
        key.expiresAt = expiresAt
        record(model, 'api_key.limits_changed', index)
      }
      await agree(model, real)
    },
  }
}

function wait(ms: number): Command {
  return {
    toString: () => `wait(${ms})`,
    check: () => true,
    run: async (model, real) => {
      model.now += ms
      real.clock.at += ms
      await agree(model, real)
    },
  }
}

/** What the verb does to the model, and how the call has to end. */
function step(model: Model, verb: Verb, index: number, text: string): string {
  const key = at(model.keys, index)
  const next = machine[verb][key.status]
  if (next === 'invalid_state' || next === 'key_not_found') return next
  const changes = verb === 'update' ? key.name !== text : next !== key.status
  if (!changes) return 'ok'
  if (verb === 'update') key.name = text
  if (verb === 'revoke') key.reason = text
  key.status = next
  record(model, recorded[verb], index)
  return 'ok'
}

function record(model: Model, type: AuditType, key: number): void {
  model.audit.push({ type, key, at: model.now })
  at(model.keys, key).version += 1
  at(model.keys, key).updatedAt = model.now
}

function call({ keyring }: Real, verb: Verb, id: string, text: string): Promise<string> {
  return settle(() => {
    if (verb === 'update') return keyring.update(id, { name: text })
    return verb === 'revoke' ? keyring.revoke(id, { reason: text }) : keyring[verb](id)
  })
}

async function settle(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return isKeyError(error) ? error.code : String(error)
  }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new Error(`Nothing at ${index}`)
  return item
}

function seen(model: Model, { status, expiresAt }: ModelKey): string {
  return status === 'active' && expiresAt !== null && model.now >= expiresAt ? 'expired' : status
}

/** Everything that can be seen of the keyring is what the model says. */
async function agree(model: Model, real: Real): Promise<void> {
  const { keyring, store } = real
  const ids = real.made.map(({ id }) => id)
  for (const [index, key] of model.keys.entries()) {
    const { id, token } = at(real.made, index)
    const status = seen(model, key)
    const verdict = await keyring.verify(token)
    const code = status === 'deleted' ? 'api_key_invalid' : `api_key_${status}`
    expect(verdict.ok ? 'api_key_active' : verdict.refusal.code).toBe(code)
    const { status: stored, version, name, updatedAt } = await recordOf(store, id)
    expect([stored, version, name, updatedAt.getTime()]).toEqual([key.status, key.version, key.name, key.updatedAt])
    const shown = await keyring.get(id)
    if (status === 'deleted') expect(shown).toBeNull()
    else expect(shown).toMatchObject({ status, name: key.name, revokedReason: key.reason })
  }
  const { keys: listed } = await keyring.list({ limit: 100 })
  const alive = ids.filter((_, index) => at(model.keys, index).status !== 'deleted')
  expect(listed.map(({ id }) => id).sort()).toEqual([...alive].sort())
  const log = await auditOf(store)
  expect(log.map(({ seq, type, keyId, at: time }) => [seq, type, keyId, time.getTime()])).toEqual(
    model.audit.map(({ type, key, at: time }, index) => [index + 1, type, at(ids, key), time]),
  )
}

describe('the status of a key (CONS-13)', () => {
  it.each(verbs.flatMap((verb) => statuses.map((status) => [verb, status, machine[verb][status]] as const)))(
    'after %s of a key that is %s: %s',
    async (verb, status, next) => {
      const world = open()
      const { key } = await world.keyring.create(good)
      if (status === 'disabled') await world.keyring.disable(key.id)
      if (status === 'revoked') await world.keyring.revoke(key.id)
      if (status === 'deleted') await world.keyring.delete(key.id)
      const before = await recordOf(world.store, key.id)
      const audited = (await auditOf(world.store)).length

      const outcome = await call({ ...world, made: [] }, verb, key.id, 'other')
      const after = await recordOf(world.store, key.id)
      const refused = next === 'invalid_state' || next === 'key_not_found'
      expect(outcome).toBe(refused ? next : 'ok')
      if (!refused) expect(after.status).toBe(next)
      const changed = !refused && (verb === 'update' || next !== status)
      expect((await auditOf(world.store)).length).toBe(changed ? audited + 1 : audited)
      if (!changed) expect(after).toEqual(before)
    },
  )

  it('follows a simple model through any sequence of calls, with one audit record for each change (AUD-2)', async () => {
    const pick = fc.nat({ max: 2 })
    const life = fc.option(fc.integer({ min: 1, max: 10 }))
    const command = fc.oneof(
      life.map(create),
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constantFrom(...verbs), pick, fc.constantFrom('a', 'b')).map((c) => apply(...c)),
      },
      fc.tuple(pick, life).map((c) => extend(...c)),
      fc.integer({ min: 1, max: 6 }).map(wait),
    )
    await fc.assert(
      fc.asyncProperty(fc.commands([command], { maxCommands: 25 }), (commands) =>
        fc.asyncModelRun(
          () => ({
            model: { now: start, keys: [], audit: [] },
            real: { ...open(), made: [] },
          }),
          commands,
        ),
      ),
      { numRuns: 150 },
    )
  })

  it.each(['revoke', 'delete'] as const)('is final after %s, whatever runs beside it', async (verb) => {
    const world = open()
    const { key, token } = await world.keyring.create(good)
    const real = { ...world, made: [] }
    const others = Array.from({ length: 30 }, (_, index) => call(real, index % 2 ? 'enable' : 'disable', key.id, ''))
    const outcomes = await Promise.all([...others.slice(0, 15), call(real, verb, key.id, 'a'), ...others.slice(15)])
    expect(outcomes[15]).toBe('ok')
    expect((await recordOf(world.store, key.id)).status).toBe(machine[verb].active)
    expect((await world.keyring.verify(token.reveal())).ok).toBe(false)
    const last = (await auditOf(world.store)).at(-1)
    expect(last?.type).toBe(recorded[verb])
  })
})
