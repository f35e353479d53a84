// Promise: an owner who signed in is asked as what `fallback` returned, with its own fields.
import { defineAccess, type Keyring } from '@keywright/core'
import { type ApprovalRequest, createMcpAuth, type Login } from '@keywright/mcp'

interface Account extends Login {
  readonly email: string
}

const access = defineAccess({ scopes: { 'members.read': '' } })
declare const keyring: Keyring<typeof access>
declare const account: Account

createMcpAuth(keyring, {
  fallback: () => account,
  approve: ({ login, principal }) => {
    const email: string | undefined = login?.email
    // @ts-expect-error the host's login has no such field
    login?.phone
    principal?.allows('members.read')
    // @ts-expect-error misspelt
    principal?.allows('members.raed')
    return email === undefined ? 'denied' : 'approved'
  },
})
createMcpAuth(keyring, { approve: ({ login }) => (login?.id === 'ann' ? 'approved' : 'denied') })
export const asked = ({ login }: ApprovalRequest<typeof access, Account>): string | undefined => login?.email
