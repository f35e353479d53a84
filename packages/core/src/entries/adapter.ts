export { isAllowed, unknownName } from '../access/index.js'
export {
  type AnswerFields,
  type AssertGuardedOptions,
  answerHeaders,
  assertPublic,
  fetchRequest,
  fieldLines,
  type GuardMarks,
  guardMarks,
  isForFallback,
  messageLines,
  type NodeMessage,
  nodeRequest,
  type OpenRoute,
  type ReplyTarget,
  readFallback,
  sendReply,
} from '../adapter/index.js'
export { csvRow } from '../audit/index.js'
export {
  type CheckNamesOptions,
  checkNames,
  type Invalid,
  type NamesOf,
  nearest,
  type WholeNumberRange,
  wholeNumber,
} from '../check/index.js'
export { fieldValues } from '../credential/index.js'
export type { Credential, TokenFormat } from '../crypto/index.js'
export type { Grantable, KeyRights } from '../delegation/index.js'
export { type GateSetting, gateFor, type MoreUnits } from '../http/index.js'
export { checkDescription, checkId, checkInstant, inputLimits, isPrintable, unprintable } from '../input/index.js'
export {
  adapterOf,
  type KeyringDoor,
  keyringOptionNames,
  wrapKeyring,
} from '../keyring/index.js'
export { limitsOfKey, parseRateLimitPolicies } from '../limits/index.js'
export type { ActingOnKey, KeyringWatcher, MadeChange } from '../manage/index.js'
export { type InTime, inTimeOf, type OutageGate, outageGate } from '../outage/index.js'
export type { Capabilities } from '../reads/index.js'
export { wrapStoreErrors } from '../store/index.js'
export {
  DeadlineExceeded,
  type DeadlineOptions,
  isolated,
  isRecord,
  isStringArray,
  type Moment,
  momentNow,
  msSince,
  withDeadline,
} from '../values/index.js'
export type { Requirements } from '../verdict/index.js'
export { readRequestId } from '../verify/index.js'
