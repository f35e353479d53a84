import { parseArgs } from 'node:util'
import { nearest } from '@keywright/core/adapter'
import { usageFailure } from '../terminal/index.js'
import { type Command, everyOption, type GivenValues, type Options } from './command.js'

/** A command line that was read. */
export interface ParsedLine {
  readonly given: GivenValues
  /** What stands there beside the options. */
  readonly words: readonly string[]
}

/**
 * Reads what stands behind the name of a command. Nothing that was given is repeated in an error, unless it looks like the name of
 * an option: it may be a token.
 *
 * @throws Failure for an option that the command does not have, a value that is missing or not one of the choices, and for words
 * that are too many or too few.
 */
export function parseLine({ name, options, takes = [] }: Command, line: readonly string[]): ParsedLine {
  const known: Options = { ...options, ...everyOption }
  const types = Object.entries(known).map(([key, { type }]) => {
    const read = { type: type === 'flag' ? 'boolean' : 'string', multiple: type === 'texts' } as const
    return [key, key === 'help' ? { ...read, short: 'h' } : read] as const
  })
  // Not strict: its errors repeat what was given.
  const { tokens } = parseArgs({ args: [...line], options: Object.fromEntries(types), strict: false, tokens: true })
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? token.value : []))
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined
    if (option === undefined) throw unknownOption(name, token.rawName, Object.keys(known))
    if (option.type === 'flag') {
      if (token.value !== undefined) throw usageFailure(`Option --${token.name} takes no value.`)
      values.set(token.name, [])
      continue
    }
    const value = readValue(token.name, token.value, token.inlineValue === true)
    const earlier = values.get(token.name) ?? []
    if (option.type === 'text' && earlier.length > 0)
      throw usageFailure(`Option --${token.name} is given more than once.`)
    const all = option.type === 'texts' ? listed(token.name, value) : [value]
    if (option.choices !== undefined && !all.every((one) => option.choices?.includes(one)))
      throw usageFailure(`Option --${token.name} must be one of ${option.choices.join(', ')}.`)
    values.set(token.name, [...earlier, ...all])
  }
  const given = Object.entries(known).map(([key, { type }]) => {
    const found = values.get(key)
    return [key, type === 'flag' ? found !== undefined : type === 'texts' ? (found ?? []) : found?.[0]] as const
  })
  // Whoever asks for help need not give the rest.
  if (!values.has('help')) checkWords(name, takes, words)
  return { given: Object.fromEntries(given), words }
}

function readValue(name: string, value: string | undefined, isInline: boolean): string {
  // `-` alone is standard input.
  if (value === undefined || value === '' || (!isInline && /^-./.test(value)))
    throw usageFailure(`Option --${name} needs a value: --${name}=… .`)
  return value
}

/** A variable that holds nothing must not take a bound away: `--allow-ip "$A,$B"`. */
function listed(name: string, value: string): string[] {
  const parts = value.split(',').map((part) => part.trim())
  if (parts.includes(''))
    throw usageFailure(`Option --${name} has an empty value: give a value before and after each comma.`)
  return parts
}

function unknownOption(command: string, given: string, names: readonly string[]) {
  const word = given.replace(/^-+/, '')
  const near = nearest(word, names)
  const shown = /^[a-z][a-z-]{0,30}$/.test(word) ? `Unknown option --${word}.` : 'Unknown option.'
  return usageFailure(`${shown} ${near === null ? `See: keywright ${command} --help` : `Did you mean --${near}?`}`)
}

function checkWords(command: string, takes: NonNullable<Command['takes']>, words: readonly string[]): void {
  const needed = takes.filter(({ required = true }) => required)
  const missing = needed[words.length]
  if (missing !== undefined)
    throw usageFailure(`${missing.name} is missing: ${missing.summary} See: keywright ${command} --help`)
  if (words.length > takes.length)
    throw usageFailure(`There is more than keywright ${command} takes. See: keywright ${command} --help`)
  for (const [index, { name, choices }] of takes.entries()) {
    const word = words[index]
    if (word !== undefined && choices !== undefined && !choices.includes(word))
      throw usageFailure(`${name} must be one of ${choices.join(', ')}.`)
  }
}

/**
 * Refuses a command line with a token in it, wherever that stands.
 *
 * @throws Failure, without the token.
 */
export function refuseTokens(line: readonly string[]): void {
  if (line.some(looksLikeToken)) throw usageFailure(tokenAdvice)
}

/** A token of ours, or what has its form. */
function looksLikeToken(word: string): boolean {
  return /[a-z0-9]_[0-9A-Za-z]{12}_[0-9A-Za-z]{28,70}\b/.test(word)
}

const tokenAdvice =
  'An argument looks like a token, and was not read: other programs on this machine see arguments, and shells keep them. Give tokens to keywright verify, through standard input.'
