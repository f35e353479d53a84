import type { Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api'

/** The instruments of a keyring. No attribute of theirs has more values than there are words in the code of Keywright. */
export interface Instruments {
  readonly verifications: Counter
  readonly verificationDuration: Histogram
  readonly operationDuration: Histogram
  readonly changes: Counter
  readonly outages: Counter
  readonly openOutages: UpDownCounter
  readonly events: Counter
}

/** In seconds: from a key that is kept in memory to a verification that is given up. */
const verificationBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** In seconds: those that OpenTelemetry names for requests. */
const operationBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Makes the instruments of a keyring. */
export function createInstruments(meter: Meter): Instruments {
  return {
    verifications: meter.createCounter('keywright.verifications', {
      description: 'Verifications of keys, and requests that a guard refused before their key was looked up',
      unit: '{verification}',
    }),
    verificationDuration: meter.createHistogram('keywright.verification.duration', {
      description: 'How long verifications of keys took',
      unit: 's',
      advice: { explicitBucketBoundaries: verificationBounds },
    }),
    operationDuration: meter.createHistogram('keywright.operation.duration', {
      description: 'How long calls took that manage or read keys',
      unit: 's',
      advice: { explicitBucketBoundaries: operationBounds },
    }),
    changes: meter.createCounter('keywright.key.changes', {
      description: 'Changes of keys, by the type of their audit record',
      unit: '{change}',
    }),
    outages: meter.createCounter('keywright.outages', {
      description: 'Outages that have begun: verifications were refused as unavailable',
      unit: '{outage}',
    }),
    openOutages: meter.createUpDownCounter('keywright.outage.open', {
      description: 'Outages that have begun and not ended',
      unit: '{outage}',
    }),
    events: meter.createCounter('keywright.events', {
      description: 'Events of the keyring, as onEvent hears them',
      unit: '{event}',
    }),
  }
}
