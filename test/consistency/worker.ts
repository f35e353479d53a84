import type { KeyStore } from '@keywright/core/store'
import { type KnownKey, listen, tell, type VerificationRow } from './messages.js'
import { keyringOver, now, openPlace, type Place, pause } from './world.js'

const [place = '{}', staleMs = '0'] = process.argv.slice(2)
const { store, statements, close } = openPlace(JSON.parse(place) as Place) // from the run
const keyring = keyringOver(Number(staleMs) === 0 ? store : remembering(store, Number(staleMs)))

const keys = new Map<string, KnownKey>()
let rows: VerificationRow[] = []
let isRunning = true

/** What a checker must find: a store that goes on saying what it read a moment ago. */
function remembering(store: KeyStore, ms: number): KeyStore {
  const remembered = new Map<string, { at: number; found: ReturnType<KeyStore['find']> }>()
  return {
    ...store,
    find: (id) => {
      const before = remembered.get(id)
      if (before !== undefined && performance.now() - before.at < ms) return before.found
      const found = store.find(id)
      remembered.set(id, { at: performance.now(), found })
      return found
    },
  }
}

async function verifyOn(): Promise<void> {
  while (isRunning) {
    const known = [...keys.values()]
    const key = known[Math.floor(Math.random() * known.length)]
    if (key === undefined) {
      await pause(5)
      continue
    }
    const asked = Math.random() < 0.5 ? 'read' : 'write'
    const begin = now()
    const verdict = await keyring.verify(key.token, { scopes: [`items.${asked}`] })
    rows.push([begin, now(), asked, verdict.ok ? 'ok' : verdict.refusal.code, key.keyId])
    // Without a rest, the controller would get no turn where cores are few.
    await pause(Math.random() * 8)
  }
}

async function report(): Promise<void> {
  const verified = rows
  rows = []
  if (verified.length > 0) await tell({ type: 'verified', rows: verified })
}

listen((order) => {
  if (order.type === 'verify') keys.set(order.key.keyId, order.key)
  if (order.type === 'forget') keys.delete(order.keyId)
  if (order.type === 'stop') isRunning = false
})
const verifying = Promise.all(Array.from({ length: 10 }, verifyOn))
await tell({ type: 'ready' })
while (isRunning) {
  await pause(100)
  await report()
}
await verifying
await report()
await tell({ type: 'read', statements: statements() })
await keyring.close()
await close()
process.disconnect()
