import { type Access, InvalidOptions, type Keyring } from '@keywright/core'
import { checkNames, isStringArray, type NamesOf } from '@keywright/core/adapter'
import { askHostOf } from '../caller/ask-host.js'
import type { Caller, Narrowing } from '../caller/caller.js'
import { checkNarrowing } from '../caller/check-narrowing.js'
import { callerOfKey } from '../caller/key-caller.js'
import { usageMeter } from '../caller/usage-meter.js'
import { messageForRefusal } from '../rpc/refusal-text.js'
import { RpcError } from '../rpc/rpc-error.js'

/** Options of {@link McpAuth.stdio}. */
export interface StdioOptions {
  /** The environment variable that holds the key. It is deleted, so that child processes do not inherit it. */
  readonly env: string
  /** The ids of the resources that the connection may reach, by resource type. @defaultValue not narrowed */
  readonly narrow?: Narrowing
}

const optionNames: NamesOf<StdioOptions> = { env: true, narrow: true }

/**
 * Takes the key out of the environment and verifies it. If it is missing or refused, the process ends before anything is
 * connected: one line on stderr, exit code 1.
 *
 * @returns a function that verifies the key again and gives its caller: call it for each message.
 * @throws {@link InvalidOptions} when an option is wrong or unknown, before the key is taken.
 */
export async function openStdio(
  keyring: Keyring,
  options: StdioOptions,
  docsUrl: string | null,
): Promise<() => Promise<Caller>> {
  const { env, narrow } = parseOptions(keyring.access, options)
  const token = process.env[env] ?? ''
  delete process.env[env]
  const problem = token === '' ? `${env} is not set` : await refusalOf(keyring, token)
  if (problem !== null) {
    const hint = docsUrl === null ? '' : ` How to get a key: ${docsUrl}`
    // stdout belongs to the protocol.
    process.stderr.write(`${env}: ${problem}${hint}\n`)
    process.exit(1)
  }
  const ask = askHostOf(keyring)
  const sender = async (): Promise<Caller> => {
    const verdict = await keyring.verify(token)
    if (!verdict.ok) throw new RpcError(-32001, messageForRefusal(verdict.refusal))
    const { take } = usageMeter((units) => keyring.verify(token, units), 1)
    const renew: Caller['renew'] = async () => {
      const again = await keyring.verify(token, { cost: 0, countUsage: false })
      return again.ok ? callerOfKey(keyring.access, again.principal, narrow, { meter: take, ask, renew }) : null
    }
    return callerOfKey(keyring.access, verdict.principal, narrow, { meter: take, ask, renew })
  }
  return sender
}

function parseOptions(access: Access, options: StdioOptions): Required<StdioOptions> {
  checkNames(options, optionNames, { defined: ['narrow'] })
  const { env, narrow = {} } = options
  if (typeof env !== 'string' || env === '') throw new InvalidOptions('env', 'the name of an environment variable')
  checkNarrowing(access, narrow, { defined: [...access.resources.keys()] })
  for (const [type, ids] of Object.entries(narrow)) {
    if (!isStringArray(ids)) throw new InvalidOptions(`narrow.${type}`, 'an array of ids')
  }
  return { env, narrow }
}

async function refusalOf(keyring: Keyring, token: string): Promise<string | null> {
  const verdict = await keyring.verify(token, { cost: 0, countUsage: false })
  return verdict.ok ? null : messageForRefusal(verdict.refusal)
}
