import { fetchGate } from '@keywright/core'
import { type TestKeyringOptions, testKeyring, testOwners } from '@keywright/testkit'
import { onTestFinished } from 'vitest'
import { instrument } from '../src/index.js'
import { collector } from './collector.js'

/** A keyring that is instrumented, and what the SDK of OpenTelemetry has of it. */
export function openWorld(options: TestKeyringOptions = {}) {
  const telemetry = collector()
  onTestFinished(telemetry.close)
  const { keyring: plain, ...others } = testKeyring(options)
  const keyring = instrument(plain, telemetry.options)
  onTestFinished(() => {
    if (options.store === undefined) others.mendStore() // which takes the uses that were counted
    return keyring.close()
  })
  const gate = fetchGate(keyring, { scopes: ['members.read'], requireHttps: true })
  return {
    ...others,
    telemetry,
    plain,
    keyring,
    /** Creates a key that may read members, and gives its token. */
    issue: async () => {
      const { key, token } = await keyring.create({ name: 'ci', owner: testOwners.user, scopes: ['members.read'] })
      return { id: key.id, token: token.reveal() }
    },
    /** Sends a request through a gate, and gives its status. */
    ask: async (headers: Record<string, string>, url = 'https://api.example.com/members'): Promise<number> => {
      const verdict = await gate(new Request(url, { headers }))
      return verdict.ok ? 200 : verdict.response.status
    },
  }
}
