import type { ExitCode, Io } from '../terminal/index.js'

/** An option that is there or not. */
export interface Flag {
  readonly type: 'flag'
  readonly summary: string
}

/** An option with a value. */
export interface Text {
  readonly type: 'text'
  /** What stands for the value in help, such as `url`. */
  readonly value: string
  readonly summary: string
  /** The values that there are. @defaultValue any */
  readonly choices?: readonly string[]
}

/** An option with a value that may be given several times, or once with commas between its values. */
export interface Texts extends Omit<Text, 'type'> {
  readonly type: 'texts'
}

/** The options of a command, by their names without `--`. */
export type Options = Readonly<Record<string, Flag | Text | Texts>>

/** What a command line says about options. */
export type Given<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Flag ? boolean : O[K] extends Texts ? readonly string[] : string | undefined
}

/** What stands behind the name of a command. */
export interface Argument {
  readonly name: string
  readonly summary: string
  /** @defaultValue true */
  readonly required?: boolean
  readonly choices?: readonly string[]
}

/** Options that every command has. */
export const everyOption = {
  json: { type: 'flag', summary: 'Write JSON, for programs.' },
  help: { type: 'flag', summary: 'Show this help.' },
} as const satisfies Options

/** A command, whatever its options. */
export interface Command {
  /** One word or two, such as `keys list`. */
  readonly name: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** What else one has to know. */
  readonly details?: string
  readonly takes?: readonly Argument[]
  readonly options: Options
  /** Command lines without the name of the program. */
  readonly examples: readonly string[]
  /** @param words - What stands there beside the options, as `takes` says. */
  run(given: GivenValues, io: Io, words: readonly string[]): Promise<ExitCode>
}

/** What a command line says about the options of any command. */
export type GivenValues = Readonly<Record<string, boolean | string | readonly string[] | undefined>>

/** A command whose function knows the types of its options. */
export interface CommandDefinition<O extends Options> extends Omit<Command, 'options' | 'run'> {
  readonly options: O
  run(given: Given<O & typeof everyOption>, io: Io, words: readonly string[]): Promise<ExitCode>
}

/** Makes a command. */
export function command<const O extends Options>(definition: CommandDefinition<O>): Command {
  // The parser gives each option what its type says.
  return definition as unknown as Command
}
