import { Failure } from './failure.js'
import { type Io, isInteractive } from './io.js'

/** A person who leaves a question with Ctrl-C has not answered it. */
const cancelled = 'Cancelled: nothing was changed.'

/**
 * Makes sure that somebody means what cannot be undone.
 *
 * @param isConfirmed - Whether the command line says so already.
 * @throws {@link Failure} when it does not, and nobody is there to be asked, or says no.
 */
export async function confirmChange(io: Io, message: string, isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return
  if (!isInteractive(io))
    throw new Failure('not_confirmed', `${message} Add --yes to confirm it: nobody can be asked here.`)
  const { confirm } = await import('@clack/prompts')
  const said = await confirm({ message, initialValue: false, input: io.stdin, output: io.stderr, withGuide: false })
  if (said !== true) throw new Failure('cancelled', cancelled)
}

/** Asks for a text that is not shown while it is typed. @throws {@link Failure} when the person leaves. */
export async function askSecret(io: Io, message: string): Promise<string> {
  const { password } = await import('@clack/prompts')
  const said = await password({ message, input: io.stdin, output: io.stderr, withGuide: false })
  if (typeof said !== 'string') throw new Failure('cancelled', cancelled)
  return said
}

/** Asks for one of several. @throws {@link Failure} when the person leaves. */
export async function chooseOne<T extends string>(
  io: Io,
  message: string,
  choices: ReadonlyMap<T, string>,
): Promise<T> {
  const { select } = await import('@clack/prompts')
  const options = [...choices].map(([value, label]) => ({ value: value as string, label }))
  const said = await select({ message, options, input: io.stdin, output: io.stderr, withGuide: false })
  const chosen = [...choices.keys()].find((value) => value === said)
  if (chosen === undefined) throw new Failure('cancelled', cancelled)
  return chosen
}
