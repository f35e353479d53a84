import type { Principal } from '@keywright/core'
import type { access, areas } from './access.js'

export type Area = (typeof areas)[number]

/** Something that somebody added: the person did it, with that key. */
export interface Entry {
  readonly title: string
  readonly by: string | undefined
  readonly withKey: string
}

/** What the planner does, for its routes and for its tools. */
export interface Planner {
  list(area: Area): readonly Entry[]
  add(area: Area, title: string, caller: Principal<typeof access>): Entry
}

/** In place of a product's own database. */
export function createPlanner(): Planner {
  const entries = new Map<Area, Entry[]>()
  return {
    list: (area) => entries.get(area) ?? [],
    add: (area, title, { user, key }) => {
      const entry = { title, by: user?.id, withKey: key.name }
      entries.set(area, [...(entries.get(area) ?? []), entry])
      return entry
    },
  }
}
