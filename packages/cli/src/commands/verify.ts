import { text } from 'node:stream/consumers'
import type { Principal, Verdict } from '@keywright/core'
import { command, readWholeNumber } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import {
  answer,
  answerJson,
  askSecret,
  exitCode,
  Failure,
  fields,
  type Io,
  isInteractive,
  usageFailure,
} from '../terminal/index.js'
import { wordsOf } from './owner-options.js'

/** `keywright verify` */
export const verify = command({
  name: 'verify',
  summary: 'Say whether a token is good, and what it may do.',
  details:
    'The token comes through standard input, or is typed where nobody sees it: never as an argument. No use is counted.\nOf one that a key has delegated, it says which key, what it was narrowed to, and until when.\nWith a database alone, KEYWRIGHT_PEPPER (and KEYWRIGHT_PEPPER_ID, p1) and --prefix are needed, and what the owner may do now is not looked at.',
  options: {
    ...placeOptions,
    scope: { type: 'texts', value: 'scope', summary: 'A scope that it must have. May be repeated.' },
    resource: { type: 'text', value: 'type:id', summary: 'Where it must have the resource scopes among them.' },
    ip: { type: 'text', value: 'address', summary: 'The address of the client.' },
    prefix: { type: 'text', value: 'text', summary: 'What tokens begin with, such as tk. With --database-url.' },
    environment: {
      type: 'text',
      value: 'name',
      summary: 'The environment in them, such as live. With --database-url.',
    },
    'secret-length': {
      type: 'text',
      value: 'count',
      summary: 'The secretLength of the keyring. With --database-url. Default: 32.',
    },
  },
  examples: [
    'verify',
    'verify --scope tasks.read < token.txt',
    'verify --json --database-url sqlite:./keys.db --prefix tk --environment live',
  ],
  run: (given, io) => {
    const { prefix, environment } = given
    const secretLength = readWholeNumber(given['secret-length'], 'secret-length')
    return withKeyring(
      io,
      given,
      async ({ keyring, from, hasPepper }) => {
        if (from === 'database') requireSecrets(hasPepper, prefix)
        else if ([prefix, environment, secretLength].some((one) => one !== undefined))
          throw usageFailure(
            '--prefix, --environment and --secret-length go with --database-url: a configuration says them itself.',
          )
        const token = await readToken(io)
        const { ip, scope, resource } = given
        const where = resource === undefined ? {} : { resource: readResource(resource) }
        const wanted = { ...(scope.length === 0 ? {} : { scopes: scope }), ...where }
        const verdict = await keyring.verify(token, { ...wanted, ip, cost: 0, countUsage: false })
        await show(io, verdict, given.json)
        if (verdict.ok) return exitCode.ok
        return verdict.refusal.code === 'auth_unavailable' ? exitCode.unavailable : exitCode.refused
      },
      { format: { prefix, environment, secretLength } },
    )
  },
})

function requireSecrets(hasPepper: boolean, prefix: string | undefined): void {
  if (!hasPepper)
    throw new Failure(
      'missing_variable',
      'KEYWRIGHT_PEPPER is missing: without the pepper, no token can be told from another.',
    )
  if (prefix === undefined) throw usageFailure('--prefix is missing: a database does not say what tokens begin with.')
}

/** A token of the longest form is shorter. */
const mostCharacters = 4_096

async function readToken(io: Io): Promise<string> {
  if (io.stdin.isTTY === true && io.stderr.isTTY !== true)
    throw usageFailure(
      'The token would be seen while it is typed: leave standard error at the terminal, or pipe it in.',
    )
  const typed = isInteractive(io) ? await askSecret(io, 'The token (it is not shown):') : await text(io.stdin)
  const token = typed.trim()
  if (token === '') throw usageFailure('There is no token on standard input.')
  if (token.length > mostCharacters) throw usageFailure('What is on standard input is no token: it is too long.')
  return token
}

function readResource(value: string): { readonly type: string; readonly id: string } {
  const [, type, id] = /^([^:]+):(.+)$/.exec(value) ?? []
  if (type === undefined || id === undefined)
    throw usageFailure('--resource must be a type and an id, such as board:b1.')
  return { type, id }
}

/** What was given on, from the key to this token: each time a part of what was there. */
function delegatedFields(
  keyId: string,
  { id, depth, expiresAt, scopes, resources }: NonNullable<Principal['delegation']>,
): Parameters<typeof fields>[0] {
  const only = Object.entries(resources).map(([type, ids]) => `${type}: ${ids.join(', ') || 'none'}`)
  return [
    ['delegated as', id],
    ['by key', keyId],
    ['depth', depth],
    ...scopes.map((given, at) => [at === 0 ? 'narrowed to' : 'then to', given.join(', ') || 'nothing'] as const),
    ...(only.length === 0 ? [] : [['only on', only.join('; ')] as const]),
    ['until', expiresAt],
  ]
}

async function show(io: Io, verdict: Verdict, isJson: boolean): Promise<void> {
  if (verdict.ok) {
    const { key, owner, scopes, token, delegation } = verdict.principal
    if (isJson) await answerJson(io, { ok: true, key, scopes, token, delegation })
    else
      await answer(
        io,
        `${delegation === null ? 'The token is good.' : 'The token is good. A key has delegated it.'}\n${fields([
          ['key', key.id],
          ['name', key.name],
          ['owner', wordsOf(owner)],
          ['scopes', scopes.join(', ')],
          ['expires', key.expiresAt],
          ['token', token],
          ...(delegation === null ? [] : delegatedFields(key.id, delegation)),
        ])}`,
      )
    return
  }
  const { cause: _, ...refusal } = { cause: undefined, ...verdict.refusal } // the cause of an outage is no JSON
  if (isJson) await answerJson(io, { ok: false, refusal })
  else
    await answer(
      io,
      `The token is refused: ${Object.values(refusal)
        .filter((part) => typeof part === 'string')
        .join(', ')}.`,
    )
}
