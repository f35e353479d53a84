import { formatToken } from '@keywright/core/token'
import { type Act, ask, codeOf, exchange, newAddress, pickLife, questionFor } from './act.js'
import type { Sent } from './client.js'
import type { Life } from './life.js'
import { pause, pick } from './random.js'

/** Asks for items with the tokens of all keys, good and bad, until the act is over. */
export async function askForItems(act: Act): Promise<void> {
  while (act.isRunning) {
    const life = pickLife(act)
    if (life !== null) {
      const key = pick([...act.asked])
      const token = Math.random() < 0.8 ? key.tokens.at(-1) : pick(key.tokens)
      const scope = Math.random() < 0.7 ? 'items.read' : 'items.write'
      await ask(act, life, key, questionFor(key, token ?? '', scope))
    }
    await pause(Math.random() * 20)
  }
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const text = (length: number): string => Array.from({ length }, () => pick([...letters])).join('')

/** An id of no key. */
export function madeUpId(): string {
  return text(12)
}

/** A token with a made-up secret. */
function madeUpToken(id: string): string {
  return formatToken({ namespace: 'tk_live', id, secret: text(32) })
}

/** Presents a made-up secret of a key, and judges the answer. @returns its code; `null`: there was none. */
export async function guess(act: Act, life: Life, id: string, ip: string): Promise<string | null> {
  const headers = { authorization: `Bearer ${madeUpToken(id)}`, 'x-forwarded-for': ip }
  const code = codeOf(act, life, await exchange(act, life, { method: 'GET', path: '/items', headers }))
  const isRight = code === null || ['api_key_invalid', 'rate_limited', 'auth_unavailable'].includes(code)
  if (!isRight) act.faults.push(`${life.name} answered ${code} to a made-up secret`)
  return code
}

/** What is wrong with a request, and how it must be answered whatever else fails: it needs neither PostgreSQL nor Redis. */
function garbage(
  token: string,
): readonly (Pick<Sent, 'headers'> & { readonly path?: string; readonly code: string })[] {
  const mistyped = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
  return [
    { headers: {}, code: 'api_key_missing' },
    { headers: { authorization: `Basic ${btoa('ada:secret')}` }, code: 'api_key_missing' },
    { headers: { authorization: 'Bearer' }, code: 'api_key_malformed' },
    { headers: { authorization: token }, code: 'api_key_malformed' },
    { headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] }, code: 'api_key_malformed' },
    { headers: { authorization: `Bearer ${token}, Bearer ${token}` }, code: 'api_key_malformed' },
    { headers: { authorization: `Bearer ${token}`, 'x-api-key': token }, code: 'api_key_malformed' },
    { headers: { 'x-api-key': `${token},${token}` }, code: 'api_key_malformed' },
    { headers: { authorization: `Bearer ${token}` }, path: `/items?key=${token}`, code: 'api_key_malformed' },
    { headers: { authorization: `Bearer ${mistyped}` }, code: 'api_key_invalid' },
    { headers: { authorization: `Bearer ${token.slice(0, -5)}` }, code: 'api_key_invalid' },
    { headers: { authorization: 'Bearer tk_live_' }, code: 'api_key_invalid' },
    { headers: { authorization: `Bearer ${text(40)}` }, code: 'api_key_invalid' },
    { headers: { authorization: `Bearer ${text(4_000)}` }, code: 'api_key_invalid' },
    { headers: { 'x-api-key': `tk_live_${text(200)}` }, code: 'api_key_invalid' },
    { headers: { 'x-api-key': '\u00ff\u0080' }, code: 'api_key_malformed' },
  ]
}

/** Sends requests that nobody should send, until the act is over. */
export async function sendGarbage(act: Act): Promise<void> {
  while (act.isRunning) {
    const life = pickLife(act)
    if (life !== null) {
      const { path = '/items', headers, code } = pick(garbage(act.steady.tokens.at(-1) ?? ''))
      const sent: Sent = { method: 'GET', path, headers: { ...headers, 'x-forwarded-for': newAddress() } }
      const got = codeOf(act, life, await exchange(act, life, sent))
      if (got !== null && got !== code) {
        act.faults.push(`${life.name} answered ${got} to garbage, where only ${code} is right`)
      }
    }
    await pause(Math.random() * 100)
  }
}

/** Guesses at the secret of one id that exists and of one that does not, from one network and from everywhere. */
export async function guessSlowly(act: Act): Promise<void> {
  const nobodys = madeUpId()
  while (act.isRunning) {
    const life = pickLife(act)
    const ip = Math.random() < 0.5 ? '203.0.113.7' : newAddress()
    if (life !== null) void guess(act, life, pick([act.steady.id, nobodys]), ip)
    await pause(Math.random() * 100)
  }
}
