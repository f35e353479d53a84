import { isKeyError, type Keyring, type KeyringInTransaction } from '@keywright/core'
import { isRecord } from '@keywright/core/adapter'
import { SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { inSpan, type Measured } from './in-span.js'
import type { Instruments } from './instruments.js'

type Operation = Exclude<keyof Keyring, 'access' | 'audit' | 'budgets' | 'verify' | 'inTransaction' | 'close'>

/** The methods that are measured. The compiler refuses a table that forgets one. */
const operations: { readonly [K in Operation]: true } = {
  create: true,
  import: true,
  importMany: true,
  get: true,
  list: true,
  update: true,
  enable: true,
  disable: true,
  revoke: true,
  revokeToken: true,
  revokeAll: true,
  transfer: true,
  reportLeak: true,
  delete: true,
  rotate: true,
  delegate: true,
  reveal: true,
  rewrap: true,
  prune: true,
  runDue: true,
  scheduleRotation: true,
  rotationOf: true,
  stats: true,
  usage: true,
  usageOfKeys: true,
  topKeys: true,
  doctor: true,
}

/** Makes what measures the operations of a keyring, and of its transactions: it gives the methods in their measured form. */
export function measureOperations({ operationDuration }: Instruments, tracer: Tracer) {
  const measure = (operation: string, work: () => Promise<object>): Promise<object> | object =>
    inSpan(tracer, `keywright.${operation}`, work, {
      returned: (value, { seconds, span }) => {
        operationDuration.record(seconds, { 'keywright.operation': operation })
        setKeyId(span, isRecord(value) && isRecord(value.key) ? value.key.id : isRecord(value) ? value.id : undefined)
      },
      threw: (error, { seconds, span }) => {
        // The code alone: what the message of a host's error says is not ours to show.
        const failure = { 'error.type': isKeyError(error) ? error.code : '_OTHER' }
        operationDuration.record(seconds, { 'keywright.operation': operation, ...failure })
        span?.setAttributes(failure)
        span?.setStatus({ code: SpanStatusCode.ERROR })
        // What is no key's id may be anything: a secret, by mistake.
        if (isKeyError(error) && error.code !== 'key_not_found' && 'keyId' in error) setKeyId(span, error.keyId)
      },
    })
  return <K extends Keyring | KeyringInTransaction>(methods: K): Partial<K> => {
    const measured = Object.entries(methods)
      .filter(([name, method]) => Object.hasOwn(operations, name) && typeof method === 'function')
      .map(([name, method]) => [
        name,
        (...given: readonly unknown[]) => measure(name, () => Reflect.apply(method, methods, given)),
      ])
    // Each method of the same name takes and gives the same.
    return Object.fromEntries(measured) as Partial<K>
  }
}

function setKeyId(span: Measured['span'], id: unknown): void {
  if (typeof id === 'string') span?.setAttribute('keywright.key.id', id)
}
