import type { Principal, Refusal, ResourceRef } from '@keywright/core'
import type { AskHost } from './ask-host.js'

/** A person whom the host has signed in by its own login, without a key. */
export interface Login {
  /** Identifies the person. It must stay the same between requests, because sessions are bound to it. */
  readonly id: string
  /** When the login ends. @defaultValue never: the host is asked again with each request and each check of an open stream */
  readonly expiresAt?: Date | null | undefined
  /** Whether the person has a scope that is not bound to a resource. */
  allows(scope: string): boolean
  /** Whether the person has a resource scope on one resource. */
  allowsOn(scope: string, resource: ResourceRef): boolean | Promise<boolean>
  /** Whether any resource may exist on which the person has this scope. If not, lists omit what needs it. @defaultValue true */
  allowsSomewhere?(scope: string): boolean | Promise<boolean>
}

/** The ids of the resources that a connection may reach, by resource type. A type that is not named is not narrowed. */
export type Narrowing = Readonly<Record<string, readonly string[]>>

/** The sender of a message, and what they may do on this connection. */
export interface Caller {
  /** Identifies the caller; sessions are bound to it. */
  readonly id: string
  readonly principal: Principal | null
  readonly login: Login | null
  readonly narrowing: Narrowing
  /** The scopes that the sender has and that are not bound to a resource. None if the host cannot say it. */
  scopes(): readonly string[]
  allows(scope: string): boolean
  allowsOn(scope: string, resource: ResourceRef): Promise<boolean>
  /** Looks up at once what {@link Caller.allowsOn} will be asked about these resources: the host is asked once for a list. */
  prepare(resources: readonly ResourceRef[]): Promise<void>
  /** Whether any resource may exist on which the caller has this resource scope. Lists show what passes. */
  couldAllow(scope: string): Promise<boolean>
  /** Counts one message against the key's rate limits. Returns the refusal when no units are left. */
  meter(cost: number): Promise<Refusal | null>
  /** Every question to the host goes through it: its deadline, its event, and no text of the host's to the client. */
  readonly ask: AskHost
  /** The same sender with the rights of now. `null`: it would not be admitted any more. Takes no unit, and counts no use. */
  renew(): Promise<Caller | null>
}

/** What a caller needs beside its rights. */
export type CallerMeans = Pick<Caller, 'meter' | 'ask' | 'renew'>

/** When the caller's access ends by itself, or `null`. */
export function endOf({ principal, login }: Caller): Date | null {
  return principal?.delegation?.expiresAt ?? principal?.key.expiresAt ?? login?.expiresAt ?? null
}

/** What a session or a stream belongs to: the caller and the narrowing, as one string. */
export function bindingOf({ id, narrowing }: Caller): string {
  const entries = Object.entries(narrowing).map(([type, ids]) => [type, [...ids].sort()] as const)
  return JSON.stringify([id, entries.sort(([a], [b]) => (a < b ? -1 : 1))])
}
