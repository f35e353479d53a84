export { type BindingInput, isBinding, isSameBinding, noBinding, parseBinding } from './key-bindings.js'
export { thumbprintOfText } from './thumbprint.js'
