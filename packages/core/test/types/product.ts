import { defineAccess, type Keyring, type Principal } from '@keywright/core'

/** The access model that the type tests speak of. */
export const access = defineAccess({
  scopes: {
    'members.read': 'View members',
    'members.invite': 'Invite members',
    'billing.pay': { description: 'Spend money', sensitive: true },
    'tasks.read': 'View tasks',
    'tasks.create': 'Create tasks',
  },
  implies: { 'members.invite': ['members.read'] },
  presets: { 'read-only': ['*.read'] },
  roles: { planner: ['tasks.*'] },
  resources: {
    board: { levels: { read: ['tasks.read'], edit: ['tasks.create'] } },
    folder: { levels: { view: [] } },
  },
})

export declare const keyring: Keyring<typeof access>
export declare const principal: Principal<typeof access>

/** What every new key needs. */
export const named = { name: 'ci', owner: { type: 'user', id: 'u1', organizationId: 'org1' } } as const

/** Accepts only `true`: `includes<Exactly<A, B>>()` compiles where A and B are the same type. */
export declare function includes<_ extends true>(): void
export type Exactly<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
