export type { DueMethods } from './due-methods.js'
export type { DueOptions, DueProgress, DueResult } from './due-result.js'
export {
  type KeyNotice,
  type NoticeSettings,
  type NoticesOptions,
  noticesOptionNames,
  readNotices,
} from './notices-options.js'
export type { DueParts } from './parts.js'
export { type RotationDelivery, type RotationOptions, readRotation } from './rotation-options.js'
export { runDue } from './run-due.js'
export { type Rotation, rotationOf, scheduleRotation } from './schedule-rotation.js'
