import { managementApi, nodeListener } from '@keywright/api'
import type { Keyring } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import express from 'express'

/** Who is signed in, and what they may do now: from your own session and your own tables. */
export type SignedIn = (
  cookie: string | null,
) => Promise<{ id: string; organizationId: string; scopes: readonly string[] } | null>

/** Serves the settings page, and the management API that it asks. */
export function settingsApp(keyring: Keyring, signedIn: SignedIn): express.Express {
  const api = managementApi(keyring, {
    authenticate: async (request) => {
      const user = await signedIn(request.headers.get('cookie'))
      if (user === null) return null
      return { actor: { type: 'user', id: user.id }, authority: { scopes: user.scopes } }
    },
    organization: async (request) => (await signedIn(request.headers.get('cookie')))?.organizationId ?? null,
  })
  const page = dashboard(keyring, { branding: { productName: 'Boards' } })
  return express()
    .use('/api/api-keys', nodeListener(api)) // before express.json()
    .use('/settings/api-keys', nodeListener(page))
}
