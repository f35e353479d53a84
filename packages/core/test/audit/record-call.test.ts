import { describe, expect, it } from 'vitest'
import type { ToolCall } from '../../src/values/tool-call.js'
import { input, open, owner, start } from '../support/setup.js'

const { organizationId } = owner
const call: ToolCall = {
  keyId: 'k1',
  loginId: null,
  owner,
  organizationId,
  narrowing: { board: ['b1'] },
  tool: 'tasks_create',
  decision: 'denied',
  missing: ['tasks.create'],
  failed: false,
  durationMs: 1.5,
}

/** A log, and its last record. */
function logged() {
  const { keyring, ...host } = open()
  const last = async () => (await keyring.audit.list({ organizationId, limit: 1 })).records[0]
  return { ...host, keyring, last }
}

describe('audit.recordCall', () => {
  it("adds the call to the chain of the key's organisation", async () => {
    const { keyring, last } = logged()
    const { key } = await keyring.create(input)
    await keyring.audit.recordCall({ ...call, keyId: key.id }, { context: { requestId: 'r1' } })
    expect(await last()).toEqual({
      organizationId,
      seq: 2,
      type: 'tool.called',
      actor: { type: 'key', id: key.id },
      keyId: key.id,
      at: new Date(start),
      context: { requestId: 'r1' },
      data: {
        owner,
        tool: 'tasks_create',
        decision: 'denied',
        missing: ['tasks.create'],
        narrowing: { board: ['b1'] },
        failed: false,
        durationMs: 2,
      },
      auditKeyId: null,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true, checkpoint: { seq: 2 } })
    const ofCalls = await keyring.audit.list({ organizationId, type: 'tool.called', keyId: key.id })
    expect(ofCalls.records).toHaveLength(1)
  })

  it('records a signed-in person in the organisation that the host names', async () => {
    const { keyring, last } = logged()
    await keyring.audit.recordCall({ ...call, keyId: null, loginId: 'ada', owner: null })
    expect(await last()).toMatchObject({ actor: { type: 'user', id: 'ada' }, keyId: null, data: { owner: null } })
  })

  it("keeps 256 whole characters of a client's text, and no token", async () => {
    const { keyring, last } = logged()
    const { token } = await keyring.create(input)
    const { token: foreign } = await keyring.create({ ...input, environment: 'test' })
    const ids = [`a ${token.reveal()} b`, foreign.reveal(), 'b1\r\n\ud83d']
    const long = `${'x'.repeat(250)}${token.reveal()}`
    await keyring.audit.recordCall({
      ...call,
      tool: `${'x'.repeat(255)}😀`,
      narrowing: { board: ids },
      missing: [long],
    })
    expect((await last())?.data).toMatchObject({
      tool: `${'x'.repeat(255)}\ufffd`,
      narrowing: { board: ['a [redacted] b', '[redacted]', 'b1\r\n\ufffd'] },
      missing: [`${'x'.repeat(250)}[redac`],
    })
    expect(await keyring.audit.verify({ organizationId })).toMatchObject({ ok: true })
  })

  it.each([
    ['organizationId', { organizationId: null }],
    ['keyId', { keyId: ' ' }],
    ['loginId', { keyId: null, loginId: null }],
    ['owner.type', { owner: { type: 'team', id: 't' } }],
    ['narrowing', { narrowing: { board: ['b1', 7] } }],
    ['tool', { tool: undefined }],
    ['decision', { decision: 'granted' }],
    ['missing', { missing: 'tasks.create' }],
    ['durationMs', { durationMs: Number.NaN }],
    ['durationMs', { durationMs: -1 }],
  ])('refuses a wrong %s: %o', async (field, wrong) => {
    const { keyring, last } = logged()
    const made = keyring.audit.recordCall({ ...call, ...wrong } as ToolCall) // as a caller without types may
    await expect(made).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await last()).toBeUndefined()
  })
})
