export {
  cap,
  close,
  covers,
  isSubset,
  join,
  meet,
  normalize,
  type ParsedScope,
  parseScope,
  type ScopeFault,
} from '../scope/index.js'
