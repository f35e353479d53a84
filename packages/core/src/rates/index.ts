export { type RequestLimits, type RequestUse, requestLimits, useOf } from './request-limits.js'
