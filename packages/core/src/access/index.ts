export type {
  Access,
  LevelsOf,
  PresetOf,
  ResourceLevels,
  ResourceType,
  RoleOf,
  RoleScopes,
  ScopeInfo,
  ScopeOf,
  ScopePattern,
} from './access.js'
export { type AccessDefinition, defineAccess } from './define-access.js'
export { grantedLevel, isAtLeast, lowerLevel } from './level.js'
export { type Authority, createPrincipal, type Principal, type PrincipalParts } from './principal.js'
export type { Register, RegisteredAccess } from './register.js'
export { requireScopes } from './require-scopes.js'
export { authorityRights, everything, grantedRights, lowerOf, type Rights } from './rights.js'
