import type { Person } from '@keywright/example-host-stub'

/** What an organization may buy: how many keys it can have at a time. */
export const plans = {
  free: { maxKeys: 3 },
  developer: { maxKeys: 10 },
  pro: { maxKeys: 20 },
  enterprise: { maxKeys: 'unlimited' },
} as const

/** Somebody who uses the console, with their scopes of now. */
export interface Member extends Person {
  readonly scopes: readonly string[]
}

const everything = ['*', 'api_keys.manage_all', 'organization.delete', 'organization.transfer']

/** In place of a table of users. Ada owns Acme; Bo makes keys there, Cleo only reads the log. Gus has an organization of his own. */
export function seedPeople(): Map<string, Member> {
  return new Map<string, Member>([
    ['ada', { id: 'ada', name: 'Ada Okafor', organizationId: 'acme', scopes: everything }],
    [
      'bo',
      {
        ...{ id: 'bo', name: 'Bo Lindqvist', organizationId: 'acme' },
        scopes: ['api_keys.read', 'api_keys.create', 'api_keys.revoke', 'policies.*', 'fleet.read', 'members.read'],
      },
    ],
    ['cleo', { id: 'cleo', name: 'Cleo Haddad', organizationId: 'acme', scopes: ['audit.read', 'audit.export'] }],
    ['gus', { id: 'gus', name: 'Gus Meyer', organizationId: 'garage', scopes: everything }],
  ])
}

/** In place of a table of organizations: what each has bought. */
export function seedPlans(): Map<string, keyof typeof plans> {
  return new Map<string, keyof typeof plans>([
    ['acme', 'developer'],
    ['garage', 'free'],
  ])
}
