export { type Argument, type Command, command, everyOption, type Given, type Options } from './command.js'
export { commandHelp, programHelp } from './help.js'
export { type ParsedLine, parseLine, refuseTokens } from './parse.js'
export { readDate, readDurationMs, readWholeNumber } from './read-value.js'
