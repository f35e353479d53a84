import { type ChildPlace, openKeyring } from './child-keyring.js'

/** What to do, and when to be killed. */
export interface DieOrder extends ChildPlace {
  readonly verb: 'create' | 'rotate'
  readonly keyId: string
  /** While the change is decided, between the quota's lock and the write (FI-20); or right after a statement. */
  readonly at: 'decision' | 'key' | 'audit' | 'chain' | 'commit'
}

const order = JSON.parse(process.argv[2] ?? '{}') as DieOrder // from the test
const { verb, keyId, at, owner } = order

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('This process is dead')
}

const statements: Readonly<Record<Exclude<DieOrder['at'], 'decision'>, RegExp>> = {
  key: verb === 'create' ? /^insert into \S*api_keys\W/ : /^update \S*api_keys\W.* set .*hash/,
  audit: /^insert into \S*api_key_audit\W/,
  chain: /^update \S*api_key_counters\W.* set .*audit_hash/,
  commit: /^commit$/,
}

const { db, keyring } = openKeyring(order, {
  kyselyLog: ({ query }) => {
    if (at !== 'decision' && statements[at].test(query.sql)) die()
  },
  during: (store) =>
    at === 'decision' ? { ...store, insert: (request) => store.insert({ ...request, decide: die }) } : store,
})
const { token } = await (verb === 'create'
  ? keyring.create({ name: 'k', owner, scopes: ['members.read'] })
  : keyring.rotate(keyId))
process.send?.(token.reveal())
await db.destroy()
process.disconnect()
