export { instantOf, sumOf, wholeNumberOf } from '@keywright/core/store'
