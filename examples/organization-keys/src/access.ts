import { defineAccess } from '@keywright/core'

/** The catalogue of scopes, in groups, as people see it where they create a key. */
export const access = defineAccess({
  scopes: {
    'organization.read': 'See the organization',
    'organization.settings': 'Change its settings',
    'organization.delete': { description: 'Delete the organization', sensitive: true },
    'organization.transfer': { description: 'Give the organization to somebody else', sensitive: true },
    'members.read': 'See members',
    'members.invite': 'Invite members',
    'members.remove': 'Remove members',
    'members.role_change': 'Change the roles of members',
    'members.suspend': 'Suspend members',
    'api_keys.read': 'See API keys',
    'api_keys.create': 'Create API keys',
    'api_keys.revoke': 'Disable, revoke and delete API keys',
    'api_keys.manage_all': { description: 'Manage the API keys of everybody', sensitive: true },
    'policies.read': 'See policies',
    'policies.create': 'Create policies',
    'policies.edit': 'Change policies',
    'policies.delete': 'Delete policies',
    'fleet.read': 'See gateways',
    'fleet.manage': 'Add and remove gateways',
    'audit.read': 'See the audit log',
    'audit.export': 'Download the audit log',
    'billing.read': 'See invoices',
    'billing.manage': 'Change the plan and how it is paid',
    'integrations.read': 'See integrations',
    'integrations.manage': 'Connect and disconnect integrations',
  },
  presets: {
    workspace: ['policies.*', 'fleet.*', 'integrations.*', 'members.read', 'organization.read'],
    organization: ['organization.*', 'members.*', 'billing.*', 'audit.read'],
    'read-only': ['*.read'],
  },
})
