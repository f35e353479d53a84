import { createHmac } from 'node:crypto'
import { argon2id } from '@keywright/argon2'
import { memoryStore } from '@keywright/core'
import { readCredential } from '@keywright/core/http'
import { covers } from '@keywright/core/scope'
import { parseToken } from '@keywright/core/token'
import { createKeys, hasher, keyringOver } from '../test/performance/keyring.js'
import { compare } from './compare.js'

// The parts of a verification that need no I/O, in units of one HMAC-SHA-256 by Node itself over as many bytes as a token has.
const [{ id, token } = { id: '', token: '' }] = await createKeys(keyringOver(memoryStore()), 1)
const secret = 'a pepper for benchmarks that is long enough'
const unit = { name: 'HMAC-SHA-256 of node:crypto', run: () => createHmac('sha256', secret).update(token).digest() }

const namespaces = ['tb_live']
const fields = [
  ['host', 'api.example.com'],
  ['accept', 'application/json'],
  ['user-agent', 'bench'],
  ['authorization', `Bearer ${token}`],
] as const
const request = { fields, url: '/tasks?limit=20' }

const patterns = Array.from({ length: 200 }, (_, n) => (n % 10 === 0 ? `area${n}.*` : `area${n}.thing${n}.read`))

const hash = await hasher.hash({ id, token })
const slow = argon2id()
const slowHash = await slow.hash({ id, token })

await compare('Parts of a verification', [
  unit,
  { name: 'parseToken', run: () => parseToken(token, { namespaces }) },
  { name: 'readCredential, 4 header lines', run: () => readCredential(request, { namespaces }) },
  { name: 'covers, 200 patterns, the last one', run: () => covers(patterns, 'area199.thing199.read') },
  { name: 'covers, 200 patterns, none', run: () => covers(patterns, 'elsewhere.read') },
  { name: 'hmacSha256: verify', run: () => hasher.verify([hash], { id, token }) },
  { name: 'argon2id: verify', run: () => slow.verify([slowHash], { id, token }) },
])
