import { defineAccess } from '@keywright/core'

export const access = defineAccess({
  scopes: {
    'members.read': 'See the members',
    'members.invite': 'Invite members',
    'billing.read': 'See the invoices',
    'billing.pay': { description: 'Spend money', sensitive: true },
    'tasks.read': 'See the tasks of a board',
    'tasks.move': 'Move the tasks of a board',
  },
  implies: { 'members.invite': ['members.read'], 'billing.pay': ['billing.read'] },
  presets: { 'read-only': ['members.read', 'billing.read'] },
  roles: { bookkeeper: ['billing.read', 'billing.pay'] },
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
})
