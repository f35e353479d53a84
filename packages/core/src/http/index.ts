export { type AnswerFields, answerHeaders } from './answer-headers.js'
export { type AssertGuardedOptions, assertOpen } from './assert-open.js'
export { type ChallengeOptions, challengeFor } from './challenge.js'
export { type ClientIpInput, clientIp, readTrustedProxies } from './client-ip.js'
export { coversPath } from './covers-path.js'
export { EXPOSED_HEADERS } from './exposed-headers.js'
export { type FetchGate, type FetchGateOptions, type FetchVerdict, fetchGate } from './fetch-gate.js'
export { type FetchConnection, fetchRequest } from './fetch-request.js'
export { fieldLines } from './field-lines.js'
export {
  createGate,
  type Gate,
  type GateOptions,
  type GatePrincipal,
  type GateRefusal,
  type GateRequest,
  type GateVerdict,
} from './gate.js'
export { isForOrElse, readOrElse } from './or-else.js'
export type { HttpRefusalCode } from './outcome.js'
export { PROBLEM_MEDIA_TYPE, type Problem, problemFor, type RefusalToTell } from './problem.js'
export { rateLimitFields } from './rate-limit-fields.js'
export {
  type CredentialFormat,
  type CredentialInput,
  type CredentialReading,
  type CredentialSource,
  type InvalidRequestReason,
  readCredential,
} from './read-credential.js'
export { type Reply, replyTo } from './reply.js'
