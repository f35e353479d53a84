export { type UsageBuffer, type UsageEvent, usageBuffer } from './usage-buffer.js'
