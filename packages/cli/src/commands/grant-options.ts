import type { BindingInput, BudgetInput, Keyring, RateLimit } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { type Given, type Options, readDate, readDurationMs } from '../arguments/index.js'
import { usageFailure } from '../terminal/index.js'

/** The options that say what a key may do. */
export const grantOptions = {
  scope: { type: 'texts', value: 'scope', summary: 'A scope or a wildcard. May be repeated.' },
  preset: { type: 'text', value: 'name', summary: 'A named set of scopes.' },
  role: { type: 'texts', value: 'name', summary: 'A role. May be repeated.' },
  resource: {
    type: 'texts',
    value: 'type:id=level',
    summary: 'A level on one resource, or on all: board:b1=edit, board:*=read. May be repeated.',
  },
  description: { type: 'text', value: 'text', summary: 'For people, at most 500 characters.' },
  tag: { type: 'texts', value: 'tag', summary: 'A word by which it is found and grouped. May be repeated.' },
  expires: { type: 'text', value: 'when', summary: 'When it ends: a date, or a length of time such as 90d or 12h.' },
  'allow-ip': { type: 'texts', value: 'range', summary: 'An address or a range that may use it. May be repeated.' },
  'rate-limit': {
    type: 'texts',
    value: 'limit/time',
    summary: 'A limit in place of those of the plan, such as 100/1m. May be repeated.',
  },
  budget: {
    type: 'text',
    value: 'credits/time',
    summary: 'What its calls may cost: 1000 for ever, 1000/day or 1000/month; none takes a budget away.',
  },
  'budget-zone': {
    type: 'text',
    value: 'zone',
    summary: 'Whose days and months these are, such as Europe/Berlin. Default: UTC.',
  },
  'dpop-jkt': {
    type: 'text',
    value: 'thumbprint',
    summary: 'Binds it to a key of the client, by its thumbprint: requests need proofs by DPoP. none unbinds it.',
  },
  'mtls-thumbprint': {
    type: 'text',
    value: 'sha256',
    summary: 'Binds it to a certificate of the client. none unbinds it.',
  },
  metadata: { type: 'text', value: 'json', summary: 'Notes of your own, a JSON object.' },
} as const satisfies Options

type GivenGrants = Given<typeof grantOptions>

/** What the options give; what is left out is not in it. @throws Failure, naming the option. */
export async function readGrants(given: GivenGrants, keyring: Keyring) {
  const { scope, preset, role, resource, description, tag, expires, metadata } = given
  const addresses = given['allow-ip']
  const limits = given['rate-limit']
  const budget = readBudget(given.budget, given['budget-zone'])
  const binding = readBinding(given['dpop-jkt'], given['mtls-thumbprint'])
  return {
    ...(scope.length === 0 ? {} : { scopes: scope as readonly `*.${string}`[] }), // checked by the keyring, against its model
    ...(preset === undefined ? {} : { preset }),
    ...(role.length === 0 ? {} : { roles: role }),
    ...(resource.length === 0 ? {} : { resources: readResources(resource) }),
    ...(description === undefined ? {} : { description }),
    ...(tag.length === 0 ? {} : { tags: tag }),
    ...(expires === undefined ? {} : { expiresAt: await readEnd(expires, keyring) }),
    ...(addresses.length === 0 ? {} : { ipAllowList: addresses }),
    ...(limits.length === 0 ? {} : { rateLimits: limits.map(readLimit) }),
    ...(budget === undefined ? {} : { budget }),
    ...(binding === undefined ? {} : { binding }),
    ...(metadata === undefined ? {} : { metadata: readJsonObject(metadata) }),
  }
}

/** A length of time begins now, by the clock that will end it. */
async function readEnd(value: string, keyring: Keyring): Promise<Date | undefined> {
  if (!/^\d+[a-z]$/.test(value)) return readDate(value, 'expires')
  const now = await adapterOf(keyring).now()
  return new Date(now.getTime() + (readDurationMs(value, 'expires') ?? 0))
}

type ResourceGrants = Record<
  string,
  { mode: 'all'; level: string } | { mode: 'specific'; levels: Record<string, string> }
>

function readResources(values: readonly string[]): ResourceGrants {
  const grants = new Map<string, ResourceGrants[string]>()
  for (const value of values) {
    const [, type = '', id = '', level = ''] = /^([^:=]+):(.+)=([^:=]+)$/.exec(value) ?? []
    if (type === '')
      throw usageFailure('--resource must be a type, an id and a level, such as board:b1=edit or board:*=read.')
    const before = grants.get(type)
    if (before !== undefined && (id === '*' || before.mode === 'all'))
      throw usageFailure('--resource gives a level on all resources of a type, or on single ones, not both.')
    if (id === '*') grants.set(type, { mode: 'all', level })
    else
      grants.set(type, {
        mode: 'specific',
        levels: { ...(before?.mode === 'specific' ? before.levels : {}), [id]: level },
      })
  }
  return Object.fromEntries(grants)
}

function readLimit(value: string): RateLimit {
  const [, limit, time] = /^(\d{1,15})\/(\d+[smhd])$/.exec(value) ?? []
  if (limit === undefined) throw usageFailure('--rate-limit must be a count and a time, such as 100/1m.')
  return { limit: Number(limit), windowMs: readDurationMs(time, 'rate-limit') ?? 0 }
}

/** @returns `null` where a budget is to be taken away. */
function readBudget(value: string | undefined, timeZone: string | undefined): BudgetInput | null | undefined {
  const [, limit, every] = /^(\d{1,15})(?:\/(day|month))?$/.exec(value ?? '') ?? []
  if (timeZone !== undefined && every === undefined) {
    throw usageFailure('--budget-zone goes with the credits of a day or a month, such as --budget 1000/month.')
  }
  if (value === undefined) return undefined
  if (value === 'none') return null
  if (limit === undefined) {
    throw usageFailure('--budget must be a number of credits, alone or for a time, such as 1000/month, or none.')
  }
  if (every === undefined) return { limit: Number(limit) }
  const refill = { every: every === 'day' ? every : 'month', timeZone } as const
  return { limit: Number(limit), refill }
}

/** @returns `null` where a key is to be unbound. */
function readBinding(jkt: string | undefined, thumbprint: string | undefined): BindingInput | null | undefined {
  if (jkt !== undefined && thumbprint !== undefined)
    throw usageFailure('A key has one binding: give --dpop-jkt or --mtls-thumbprint.')
  const given = jkt ?? thumbprint
  if (given === undefined) return undefined
  if (given === 'none') return null
  return jkt === undefined ? { type: 'mtls', thumbprint: given } : { type: 'dpop', jkt: given }
}

function readJsonObject(text: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, string> // JSON, as the keyring checks
  } catch {
    // The message below says the same, without the text.
  }
  throw usageFailure('--metadata must be a JSON object, such as \'{"ticket":"OPS-1"}\'.')
}
