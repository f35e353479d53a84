import { type Command, everyOption, type Options } from './command.js'

/** What `keywright --help` says. */
export function programHelp(commands: readonly Command[]): string {
  return [
    'Starts projects, makes secrets, runs migrations, and manages, checks and imports API keys.',
    '',
    'Usage: keywright <command> [options]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'keywright <command> --help shows the options of a command, with examples.',
    '',
  ].join('\n')
}

/** What `keywright <command> --help` says. */
export function commandHelp({ name, summary, details, takes = [], options, examples }: Command): string {
  const words = takes.map(({ name: word, required = true }) => (required ? ` <${word}>` : ` [${word}]`)).join('')
  return [
    summary,
    '',
    `Usage: keywright ${name}${words} [options]`,
    ...(details === undefined ? [] : ['', details]),
    ...(takes.length === 0 ? [] : ['', 'Arguments:', ...columns(takes.map((one) => [one.name, withChoices(one)]))]),
    '',
    'Options:',
    ...columns(Object.entries<Options[string]>({ ...options, ...everyOption }).map(optionLine)),
    '',
    examples.length === 1 ? 'Example:' : 'Examples:',
    ...examples.map((example) => `  keywright ${example}`),
    '',
  ].join('\n')
}

function optionLine([name, option]: readonly [string, Options[string]]): [string, string] {
  return [`--${name}${option.type === 'flag' ? '' : ` <${option.value}>`}`, withChoices(option)]
}

function withChoices(one: { readonly summary: string; readonly choices?: readonly string[] }): string {
  return one.choices === undefined ? one.summary : `${one.summary} One of: ${one.choices.join(', ')}.`
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const widest = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(widest)}  ${text}`)
}
