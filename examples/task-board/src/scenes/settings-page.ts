import type { Stage } from '../stage.js'
import { send, type Visit } from '../visit.js'

/** The settings page, and what it asks its API for people who are signed in. */
export async function settingsPage({ origin, attempt }: Stage): Promise<void> {
  // Not a key's call, so it is not among those that the statistics count.
  const ask = (what: string, request: string, expected: string, rest: Omit<Visit, 'request'> = {}) =>
    attempt(what, request, expected, async () => (await send(origin, { request, ...rest }, fetch)).split(',')[0] ?? '')
  const as = (person: string) => ({ headers: { Cookie: `person=${person}`, Origin: origin } })
  const keys = '/api/api-keys'
  const key = { name: 'script', preset: 'read-only' }
  await ask('the settings page', 'GET /settings/api-keys', '200')
  await ask('its API, for nobody', `GET ${keys}`, '401 not_authenticated')
  await ask('signed in as Gus', `GET ${keys}`, '200', as('gus'))
  await ask('who has no key left', `POST ${keys}`, '409 plan_limit_reached', { ...as('gus'), body: key })
  await ask('signed in as Mia', `GET ${keys}`, '200', as('mia'))
  await ask('a key with more rights than she has', `POST ${keys}`, '403 scope_exceeds_actor', {
    ...as('mia'),
    body: { name: 'script', scopes: ['members.invite'] },
  })
  await ask('the audit log of everybody', `GET ${keys}/audit`, '403 not_permitted', as('mia'))
}
