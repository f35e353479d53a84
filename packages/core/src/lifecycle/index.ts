export { deleteKey } from './delete.js'
export { type DisableInput, disableKey, enableKey, quarantined } from './enable-disable.js'
export { type RevokeInput, revokedNow, revokeKey } from './revoke.js'
