import { describe, expect, it } from 'vitest'
import { type Change, type KeyState, possibleAnswers } from './model.js'

const full: KeyState = { status: 'active', writes: true, expiresAt: null, current: 't2', previous: null }
const change = (begin: number, end: number | null, after: Partial<KeyState> = {}): Change => ({
  begin,
  end,
  after: { ...full, ...after },
})
const created = change(0, 10)
const off = change(100, 110, { status: 'disabled' })
const rotated = change(100, 110, { current: 't3', previous: { token: 't2', until: 300 } })
const read = { scope: 'items.read' } as const
const write = { scope: 'items.write' } as const

describe('possibleAnswers gives for a request', () => {
  it.each<[string, Change[], Partial<Parameters<typeof possibleAnswers>[1]>, string[]]>([
    ['before a disabling', [created, off], { begin: 20, end: 30 }, ['ok']],
    ['that overlaps it', [created, off], { begin: 90, end: 105 }, ['ok', 'api_key_disabled']],
    ['that began the moment it returned', [created, off], { begin: 110, end: 120 }, ['ok', 'api_key_disabled']],
    ['that began after it', [created, off], { begin: 111, end: 120 }, ['api_key_disabled']],
    [
      'while it is not known',
      [created, change(100, null, { status: 'disabled' })],
      { begin: 900, end: 901 },
      ['ok', 'api_key_disabled'],
    ],
    [
      'to write, after the scopes were narrowed',
      [created, change(100, 110, { writes: false })],
      {
        ...write,
        begin: 120,
        end: 121,
      },
      ['insufficient_scope'],
    ],
    ['with the new token', [created, rotated], { token: 't3', begin: 120, end: 121 }, ['ok']],
    ['with the token in grace', [created, rotated], { begin: 120, end: 121 }, ['ok']],
    ['with it when grace ends', [created, rotated], { begin: 290, end: 310 }, ['ok', 'api_key_invalid']],
    ['with it after grace', [created, rotated], { begin: 310, end: 320 }, ['api_key_invalid']],
    [
      'with a token of two rotations ago',
      [created, rotated],
      { token: 't1', begin: 120, end: 121 },
      ['api_key_invalid'],
    ],
    [
      'with the token in grace, after a revocation',
      [created, rotated, change(120, 130, { ...rotated.after, status: 'revoked' })],
      { begin: 140, end: 150 },
      ['api_key_revoked'],
    ],
    ['of a deleted key', [created, change(20, 30, { status: 'deleted' })], { begin: 40, end: 50 }, ['api_key_invalid']],
    ['before it expires', [change(0, 10, { expiresAt: 200 })], { begin: 190, end: 195 }, ['ok']],
    ['as it expires', [change(0, 10, { expiresAt: 200 })], { begin: 190, end: 205 }, ['ok', 'api_key_expired']],
    ['after it has expired', [change(0, 10, { expiresAt: 200 })], { begin: 205, end: 210 }, ['api_key_expired']],
  ])('%s', (_, changes, asked, answers) => {
    const promised = { staleMs: 0, clockMs: 0 }
    expect([...possibleAnswers(changes, { token: 't2', ...read, begin: 0, end: 0, ...asked }, promised)]).toEqual(
      answers,
    )
  })

  it('what was so within the time of a cache, and no longer ago', () => {
    const answers = (begin: number) =>
      possibleAnswers([created, off], { token: 't2', ...read, begin, end: begin + 5 }, { staleMs: 50, clockMs: 0 })
    expect([...answers(150)]).toEqual(['ok', 'api_key_disabled'])
    expect([...answers(161)]).toEqual(['api_key_disabled'])
  })
})
