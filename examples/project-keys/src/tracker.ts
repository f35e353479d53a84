import type { OwnerAuthority } from '@keywright/core'
import type { Person } from '@keywright/example-host-stub'

/** Somebody of an organization, with their rights of now. */
export interface Member extends Person {
  readonly scopes: readonly string[]
  readonly projects: Readonly<Record<string, 'view' | 'work'>>
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly organizationId: string
}

/** What the tracker knows. */
export interface Tracker {
  readonly people: Map<string, Member>
  readonly projects: readonly Project[]
  readonly items: Map<string, string[]>
  /** What a person may do now in an organization; `null` if they are not a member of it. */
  authorityOf(id: string, organizationId: string): OwnerAuthority | null
}

/** In place of a product's own database. */
export function seedTracker(): Tracker {
  const scopes = ['projects.*']
  const people = new Map<string, Member>([
    [
      'lia',
      {
        ...{ id: 'lia', name: 'Lia Costa', organizationId: 'north', scopes },
        projects: { compass: 'work', sextant: 'view' },
      },
    ],
    ['rui', { id: 'rui', name: 'Rui Alves', organizationId: 'south', scopes, projects: { albatross: 'work' } }],
  ])
  return {
    people,
    projects: [
      { id: 'compass', name: 'Compass', organizationId: 'north' },
      { id: 'sextant', name: 'Sextant', organizationId: 'north' },
      { id: 'albatross', name: 'Albatross', organizationId: 'south' },
    ],
    items: new Map([['compass', ['Find north']]]),
    authorityOf: (id, organizationId) => {
      const person = people.get(id)
      if (person?.organizationId !== organizationId) return null
      return { scopes: person.scopes, levels: { project: person.projects } }
    },
  }
}
