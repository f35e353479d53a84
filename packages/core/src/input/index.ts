export { maxGraceMs, maxTags } from './bounds.js'
export { checkGrants, knownGrants, type NamedGrants } from './check-grants.js'
export {
  checkDescription,
  checkExpiry,
  checkId,
  checkInstant,
  checkMetadata,
  checkName,
  checkOwner,
  checkReason,
  isPrintable,
  unprintable,
} from './check-input.js'
export { checkKeyId } from './check-key-id.js'
export { checkTag, checkTags } from './check-tags.js'
export { inputLimits } from './input-limits.js'
export {
  type ChangeOptions,
  checkActor,
  checkBoundary,
  checkChangeOptions,
  checkContext,
  checkManageOptions,
  checkSomebody,
  checkTrialOptions,
  cut,
  isOwnerWithin,
  isWithin,
  type KeyBoundary,
  type ManageOptions,
  type TrialOptions,
} from './manage-options.js'
export { type PageQuery, pageOf, parsePage } from './page.js'
export { type Naming, readNaming } from './read-naming.js'
