import type { Owner } from '@keywright/core'

export const mia: Owner = { type: 'user', id: 'mia', organizationId: 'acme' }
export const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
export const gus: Owner = { type: 'user', id: 'gus', organizationId: 'garage' }

export const byMia = { actor: { type: 'user', id: 'mia' } } as const
export const byGus = { actor: { type: 'user', id: 'gus' } } as const

/** The grants of a key that may edit all boards of its owner. */
export const editAll = { board: { mode: 'all', level: 'edit' } } as const
