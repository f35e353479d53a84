import { type Access, InvalidOptions, type Keyring } from '@keywright/core'
import { adapterOf, checkNames, type KeyringWatcher, type NamesOf, wrapKeyring } from '@keywright/core/adapter'
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import { beginAtZero } from './begin-at-zero.js'
import { createInstruments, type Instruments } from './instruments.js'
import { type OpenOutages, openOutages } from './open-outages.js'
import { measureOperations } from './operations.js'
import { quietly } from './quietly.js'
import { countEarlyRefusals, measureVerifications } from './verifications.js'

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** Makes the metrics. @defaultValue the global one, as it is when `instrument` is called: start the SDK before */
  readonly meterProvider?: MeterProvider | undefined
  /** Makes the spans. @defaultValue the global one */
  readonly tracerProvider?: TracerProvider | undefined
}

const optionNames: NamesOf<InstrumentOptions> = { meterProvider: true, tracerProvider: true }

/** The name of what is emitted here. */
const scope = '@keywright/otel'
/** By these, so that no keyring is counted twice. */
const instrumented = new WeakSet<object>()

/**
 * Gives a keyring that does the same as `keyring`, and emits traces and metrics of it. Hand it to everything that takes a keyring:
 * guards, MCP servers, the management API. What goes on past it, over the given one, is not measured, except for its events and
 * changes.
 *
 * No metric names a key, an owner or an organization. Spans do, and hold nothing of a token. What OpenTelemetry throws fails no
 * request.
 *
 * @throws {@link InvalidOptions} when an option is unknown or no provider, or `keyring` is not what `createKeyring` returned, or is
 * instrumented already.
 *
 * @example
 * ```ts
 * const keyring = instrument(createKeyring(options))
 * app.get('/tasks', requireKey(keyring, { scopes: ['tasks.read'] }), listTasks)
 * ```
 */
export function instrument<A extends Access>(keyring: Keyring<A>, options: InstrumentOptions = {}): Keyring<A> {
  checkNames(options, optionNames)
  const { meterProvider = metrics, tracerProvider = trace } = options
  if (typeof meterProvider?.getMeter !== 'function') throw new InvalidOptions('meterProvider', 'a MeterProvider')
  if (typeof tracerProvider?.getTracer !== 'function') throw new InvalidOptions('tracerProvider', 'a TracerProvider')
  const door = adapterOf(keyring)
  if (instrumented.has(keyring)) {
    const message = 'This keyring is instrumented already: each verification would be counted twice.'
    throw new InvalidOptions('keyring', 'one that is not instrumented', message)
  }
  const instruments = createInstruments(meterProvider.getMeter(scope))
  quietly(() => beginAtZero(instruments))
  const open = openOutages(instruments.openOutages)
  const tracer = tracerProvider.getTracer(scope)
  const measure = measureVerifications(instruments, tracer)
  const measured = measureOperations(instruments, tracer)
  const wrapped = wrapKeyring<Keyring<A>>(
    keyring,
    {
      ...measured(keyring),
      verify: (text, asked) => measure(() => keyring.verify(text, asked)),
      inTransaction: (transaction) => {
        const within = keyring.inTransaction(transaction)
        return Object.freeze({ ...within, ...measured(within) })
      },
      // It tells the end of what works again by then.
      close: () => keyring.close().finally(open.close),
    },
    {
      verify: (credential, needs, timeoutMs) => measure(() => door.verify(credential, needs, timeoutMs)),
      notify: countEarlyRefusals(instruments, door),
    },
  )
  door.watch(watcherOf(instruments, open))
  instrumented.add(keyring)
  instrumented.add(wrapped)
  return wrapped
}

function watcherOf({ changes, outages, events }: Instruments, open: OpenOutages): KeyringWatcher {
  return {
    changed: ({ type }) => changes.add(1, { 'keywright.change': type }),
    event: (event) => {
      if (event.type === 'keyring.outage_began') open.began(event.reason)
      if (event.type === 'keyring.outage_ended') open.ended(event.reason)
      events.add(1, { 'keywright.event': event.type })
      if (event.type === 'keyring.outage_began') outages.add(1, { 'keywright.reason': event.reason })
    },
  }
}
