import type { Verdict } from '@keywright/core'
import type { KeyringDoor } from '@keywright/core/adapter'
import { type Attributes, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { inSpan, type Measured } from './in-span.js'
import type { Instruments } from './instruments.js'
import { quietly } from './quietly.js'

type MaybePromise<T> = T | Promise<T>

/** Does a verification, and measures it. */
export type MeasureVerification = <V extends MaybePromise<Verdict>>(work: () => V) => V

/** Makes what measures the verifications of a keyring, whoever asks for them. */
export function measureVerifications(instruments: Instruments, tracer: Tracer): MeasureVerification {
  const ended = {
    returned: (verdict: Verdict, { seconds, span }: Measured) => {
      const attributes = attributesOf(verdict)
      instruments.verifications.add(1, attributes)
      instruments.verificationDuration.record(seconds, { 'keywright.outcome': attributes['keywright.outcome'] })
      if (span?.isRecording()) describe(span, verdict, attributes)
    },
    // What it was called with is wrong: there was no verification.
    threw: (_: unknown, { span }: Measured) => void span?.setStatus({ code: SpanStatusCode.ERROR }),
  }
  const measure = (work: () => MaybePromise<Verdict>) => inSpan(tracer, 'keywright.verify', work, ended)
  return measure as MeasureVerification // what `work` gives comes back: a promise, or no promise
}

/** What a guard refuses before it asks for a verification is told to the keyring alone: it is counted there. */
export function countEarlyRefusals({ verifications }: Instruments, { notify }: KeyringDoor): KeyringDoor['notify'] {
  return (event) => {
    if (event.type === 'api_key.verify_failed') {
      quietly(() => verifications.add(1, outcome(event.code, event.reason)))
    } else if (event.type === 'keyring.unavailable' && event.reason === 'keyring') {
      quietly(() => verifications.add(1, outcome('auth_unavailable', event.reason)))
    }
    notify(event)
  }
}

function attributesOf(verdict: Verdict): Attributes {
  if (verdict.ok) return outcome('ok')
  const { refusal } = verdict
  return outcome(refusal.code, 'reason' in refusal ? refusal.reason : undefined)
}

function outcome(code: string, reason?: string): Attributes {
  return { 'keywright.outcome': code, ...(reason === undefined ? {} : { 'keywright.reason': reason }) }
}

/** Puts on a span what no metric may have: which key it was. Never its token, or what the host's error says. */
function describe(span: Span, verdict: Verdict, attributes: Attributes): void {
  span.setAttributes(attributes)
  if (verdict.ok) {
    const { key, organizationId } = verdict.principal
    span.setAttributes({ 'keywright.key.id': key.id, 'keywright.organization.id': organizationId })
    return
  }
  const { refusal } = verdict
  if ('keyId' in refusal && refusal.keyId !== null) span.setAttribute('keywright.key.id', refusal.keyId)
  // A refusal is an answer. Only what could not be answered is an error.
  if (refusal.code === 'auth_unavailable') {
    span.setAttribute('error.type', refusal.code)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
}
