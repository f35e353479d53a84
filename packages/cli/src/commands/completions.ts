import { type Command, command, everyOption } from '../arguments/index.js'
import { answer, exitCode } from '../terminal/index.js'

const shells = ['bash', 'zsh', 'fish'] as const

/** `keywright completions`, of the commands that it is given. */
export function completionsOf(commands: () => readonly Command[]): Command {
  return command({
    name: 'completions',
    summary: 'Print what completes commands and options in a shell.',
    takes: [{ name: 'shell', summary: 'The shell.', choices: shells }],
    options: {},
    examples: [
      'completions bash > ~/.local/share/bash-completion/completions/keywright',
      'completions zsh > ~/.zfunc/_keywright',
      'completions fish > ~/.config/fish/completions/keywright.fish',
    ],
    run: async (_, io, [shell]) => {
      const places = placesIn(commands())
      await answer(
        io,
        shell === 'fish'
          ? fish(places)
          : shell === 'zsh'
            ? `#compdef keywright\n${posix(places, zshEnd)}`
            : posix(places, bashEnd),
      )
      return exitCode.ok
    },
  })
}

/** What may follow some words. */
interface CompletionPlace {
  readonly after: string
  readonly words: readonly string[]
}

function placesIn(commands: readonly Command[]): readonly CompletionPlace[] {
  const firsts = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))]
  const groups = firsts.filter((first) => commands.some(({ name }) => name.startsWith(`${first} `)))
  return [
    { after: '', words: [...firsts, '--help', '--version'] },
    ...groups.map((group) => ({
      after: group,
      words: commands.flatMap(({ name }) => (name.startsWith(`${group} `) ? name.slice(group.length + 1) : [])),
    })),
    ...commands.map(({ name, options, takes = [] }) => ({
      after: name,
      words: [
        ...takes.flatMap(({ choices = [] }) => choices),
        ...Object.keys({ ...options, ...everyOption }).map((option) => `--${option}`),
      ],
    })),
  ]
}

/** The same function for bash and zsh: what was typed so far says which words may follow. */
function posix(places: readonly CompletionPlace[], end: string): string {
  const cases = places.map(({ after, words }) => `    "${after}") words="${words.join(' ')}" ;;`)
  return [
    '_keywright_words() {',
    '  local words=""',
    '  case "$1" in',
    ...cases,
    '  esac',
    '  printf "%s" "$words"',
    '}',
    end,
    '',
  ].join('\n')
}

const bashEnd = `_keywright() {
  local current="\${COMP_WORDS[COMP_CWORD]}" found=""
  [ "$COMP_CWORD" -gt 2 ] && found="$(_keywright_words "\${COMP_WORDS[1]} \${COMP_WORDS[2]}")"
  [ -z "$found" ] && [ "$COMP_CWORD" -gt 1 ] && found="$(_keywright_words "\${COMP_WORDS[1]}")"
  [ "$COMP_CWORD" -eq 1 ] && found="$(_keywright_words "")"
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _keywright keywright`

const zshEnd = `_keywright() {
  local found=""
  (( CURRENT > 3 )) && found="$(_keywright_words "\${words[2]} \${words[3]}")"
  [[ -z "$found" ]] && (( CURRENT > 2 )) && found="$(_keywright_words "\${words[2]}")"
  (( CURRENT == 2 )) && found="$(_keywright_words "")"
  compadd -- \${=found}
}
compdef _keywright keywright`

function fish(places: readonly CompletionPlace[]): string {
  return places
    .flatMap(({ after, words }) => {
      const condition =
        after === ''
          ? '__fish_use_subcommand'
          : after
              .split(' ')
              .map((word) => `__fish_seen_subcommand_from ${word}`)
              .join('; and ')
      return words.map((word) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
        return `complete -c keywright -n '${condition}' ${what}`
      })
    })
    .join('\n')
}
