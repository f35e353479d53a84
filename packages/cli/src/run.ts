import { nearest } from '@keywright/core/adapter'
import { type Command, commandHelp, parseLine, programHelp, refuseTokens } from './arguments/index.js'
import { commands } from './commands/index.js'
import {
  answer,
  describeError,
  type ExitCode,
  exitCode,
  type Failure,
  type Io,
  note,
  readVersion,
  usageFailure,
  withoutSecrets,
} from './terminal/index.js'

/**
 * Runs the program.
 *
 * @param line - The command line, without the name of the program.
 * @returns what to end with. It never rejects.
 */
export async function run(line: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await runCommand(line, io)
  } catch (error) {
    return tellError(error, line, io)
  }
}

/**
 * Tells what no command waited for: a fault in the background of a configuration.
 *
 * @returns what to end with, which is never a "no".
 */
export async function runFault(error: unknown, line: readonly string[], io: Io): Promise<ExitCode> {
  const exit = await tellError(error, line, io)
  return exit === exitCode.unavailable ? exit : exitCode.internal
}

async function tellError(error: unknown, line: readonly string[], io: Io): Promise<ExitCode> {
  const { exit, code, message } = describeError(error)
  // Whoever reads no further, such as `head`, has what they wanted.
  if (code === 'unread') return exit
  const shown = withoutSecrets(message, io, givenTo(line, '--database-url'))
  await note(io, line.includes('--json') ? JSON.stringify({ error: { code, message: shown } }) : `${shown} (${code})`)
  return exit
}

async function runCommand(line: readonly string[], io: Io): Promise<ExitCode> {
  refuseTokens(line)
  const [first = ''] = line
  if (first === '--version' || first === '-v') {
    await answer(io, readVersion())
    return exitCode.ok
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    await answer(io, programHelp(commands))
    return exitCode.ok
  }
  const { command, rest } = findCommand(line)
  if (command === null) {
    await answer(io, programHelp(membersOf(first)))
    return exitCode.ok
  }
  const { given, words } = parseLine(command, rest)
  if (given.help === true) {
    await answer(io, commandHelp(command))
    return exitCode.ok
  }
  return command.run(given, io, words)
}

interface FoundCommand {
  /** `null`: a group of commands whose help was asked for. */
  readonly command: Command | null
  readonly rest: readonly string[]
}

/** @throws {@link Failure} for a command that there is not, with the one that is near it. */
function findCommand(line: readonly string[]): FoundCommand {
  const [first, second] = line
  if (first === undefined) throw usageFailure('There is no command. See: keywright --help')
  const command =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first)
  if (command !== undefined) return { command, rest: line.slice(command.name.split(' ').length) }
  const members = membersOf(first)
  if (members.length === 0)
    throw unknownCommand(first, '', [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))])
  if (second === '--help' || second === '-h') return { command: null, rest: [] }
  const names = members.map(({ name }) => name.slice(first.length + 1))
  if (second === undefined || second.startsWith('-'))
    throw usageFailure(`keywright ${first} needs one of: ${names.join(', ')}.`)
  throw unknownCommand(second, `${first} `, names)
}

function membersOf(group: string): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${group} `))
}

/** What was given is repeated only where it is a word: it may be a token. */
function unknownCommand(given: string, group: string, names: readonly string[]): Failure {
  const near = nearest(given, names)
  const shown = /^[a-z][a-z-]{0,20}$/.test(given) ? `Unknown command ${group}${given}.` : 'Unknown command.'
  return usageFailure(`${shown} ${near === null ? 'See: keywright --help' : `Did you mean ${group}${near}?`}`)
}

function givenTo(line: readonly string[], option: string): string | undefined {
  const at = line.findIndex((word) => word === option || word.startsWith(`${option}=`))
  const word = line[at]
  return word === option ? line[at + 1] : word?.slice(option.length + 1)
}
