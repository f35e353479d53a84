export {
  checkTake,
  denialOf,
  longestRefusal,
  type RateLimitAdmission,
  type RateLimitDenial,
  type RateLimitReport,
} from '../limits/index.js'
