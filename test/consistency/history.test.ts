import { describe, expect, it } from 'vitest'
import { type Change, findViolations, hasAuditOf, type KeyState, type Verification } from './history.js'

const full: KeyState = { status: 'active', writes: true }
const change = (kind: Change['kind'], begin: number, end: number | null, after: Partial<KeyState> = {}): Change => ({
  keyId: 'k',
  kind,
  begin,
  end,
  after: { ...full, ...after },
})
const verified = (begin: number, end: number, answer: string, asked: 'read' | 'write' = 'read'): Verification => ({
  keyId: 'k',
  worker: 1,
  begin,
  end,
  asked,
  answer,
})
const disabled = { status: 'disabled' } as const
const reduced = { writes: false } as const
const created = change('created', 0, 10)
const off = change('disabled', 100, 110, disabled)
const lost = change('disabled', 100, null, disabled)

describe('checkHistory judges a verification', () => {
  it.each<[string, Change[], Verification, boolean]>([
    ['of a key that was created', [created], verified(11, 12, 'ok'), true],
    ['of such a key, refused', [created], verified(11, 12, 'api_key_invalid'), false],
    ['of no key, passed', [], verified(11, 12, 'ok'), false],
    ['that began after the disabling returned, passed', [created, off], verified(111, 112, 'ok'), false],
    ['that began after it returned, refused', [created, off], verified(111, 112, 'api_key_disabled'), true],
    ['that began the moment it returned: either', [created, off], verified(110, 112, 'ok'), true],
    ['that overlaps it: passed', [created, off], verified(99, 101, 'ok'), true],
    ['that overlaps it: refused', [created, off], verified(99, 101, 'api_key_disabled'), true],
    ['that was over before it began, refused', [created, off], verified(98, 99, 'api_key_disabled'), false],
    ['that could not be known', [created, off], verified(111, 112, 'auth_unavailable'), true],
    ['refused for another reason', [created, off], verified(111, 112, 'api_key_revoked'), false],
    ['of fewer scopes: reads', [created, change('scopes_changed', 20, 21, reduced)], verified(30, 31, 'ok'), true],
    [
      'of fewer scopes: writes',
      [created, change('scopes_changed', 20, 21, reduced)],
      verified(30, 31, 'ok', 'write'),
      false,
    ],
    ['after it was enabled again', [created, off, change('enabled', 120, 121)], verified(122, 123, 'ok'), true],
    [
      'after it was enabled again, refused',
      [created, off, change('enabled', 120, 121)],
      verified(122, 123, 'api_key_disabled'),
      false,
    ],
    [
      'that saw two changes go by: the first',
      [created, off, change('enabled', 120, 121)],
      verified(105, 130, 'api_key_disabled'),
      true,
    ],
    ['after a change whose end is not known: passed', [created, lost], verified(500, 501, 'ok'), true],
    ['after it: refused', [created, lost], verified(500, 501, 'api_key_disabled'), true],
    [
      'after its outcome was observed: passed',
      [created, lost, change('observed', 200, 210, disabled)],
      verified(500, 501, 'ok'),
      false,
    ],
  ])('%s', (_, changes, verification, isRight) => {
    expect(findViolations(changes, [verification]).length === 0).toBe(isRight)
  })

  it('and reports it in words', () => {
    expect(findViolations([created, off], [verified(400, 401, 'ok')])).toEqual([
      'worker 1: key k asked for read was answered ok, 290 µs after it was disabled',
    ])
  })
})

describe('checkHistory judges the audit log of a key', () => {
  it.each<[string, Change[], string[], boolean]>([
    ['that has all', [created, off], ['api_key.created', 'api_key.disabled'], true],
    ['that lacks one', [created, off], ['api_key.created'], false],
    ['that has one too many', [created], ['api_key.created', 'api_key.disabled'], false],
    ['in another order', [created, off], ['api_key.disabled', 'api_key.created'], false],
    ['with another type', [created, off], ['api_key.created', 'api_key.renamed'], false],
    ['with a change that may have been made', [created, lost], ['api_key.created', 'api_key.disabled'], true],
    ['without it', [created, lost], ['api_key.created'], true],
    ['with it twice', [created, lost], ['api_key.created', 'api_key.disabled', 'api_key.disabled'], false],
    ['of a key that was only found', [off], ['api_key.created', 'api_key.disabled'], true],
  ])('%s', (_, changes, types, isRight) => {
    expect(hasAuditOf(changes, types)).toBe(isRight)
  })
})
