import type { Keyring } from '@keywright/core'
import { callerOfKey, payer } from './admit.js'
import type { Caller, Narrowing } from './callers.js'
import { RpcError } from './rpc-error.js'
import { sayRefusal } from './rules.js'

/** Options of `stdio`. */
export interface StdioOptions {
  /** The variable of the environment that holds the key. It is taken out, so that child processes do not inherit it. */
  readonly env: string
  /** The resources that the connection is narrowed to. @defaultValue not narrowed */
  readonly narrow?: Narrowing | undefined
}

/**
 * Takes the key out of the environment and verifies it. Without a good one the process ends, before anything was connected:
 * one line on stderr, exit code 1.
 *
 * @returns who sends the messages: asked again for each.
 */
export async function openStdio(
  keyring: Keyring,
  { env, narrow = {} }: StdioOptions,
  docsUrl: string | null,
): Promise<() => Promise<Caller>> {
  const token = process.env[env] ?? ''
  delete process.env[env]
  const refused = token === '' ? `${env} is not set` : await whyNot(keyring, token)
  if (refused !== null) {
    const hint = docsUrl === null ? '' : ` How to get a key: ${docsUrl}`
    // stdout is the protocol's.
    process.stderr.write(`${env}: ${refused}${hint}\n`)
    process.exit(1)
  }
  return async () => {
    const verdict = await keyring.verify(token)
    if (!verdict.ok) throw new RpcError(-32001, sayRefusal(verdict.refusal))
    return callerOfKey(
      keyring.access,
      verdict.principal,
      narrow,
      payer(keyring, () => ({ token, ip: null })),
    )
  }
}

async function whyNot(keyring: Keyring, token: string): Promise<string | null> {
  const verdict = await keyring.verify(token, { cost: 0, isUse: false })
  return verdict.ok ? null : sayRefusal(verdict.refusal)
}
